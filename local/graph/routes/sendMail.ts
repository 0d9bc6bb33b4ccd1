import { z } from 'zod';
import { GraphError } from '../http/graphError.ts';
import { BOTH_VERSIONS, type Route, type RouteContext } from './route.ts';

const recipients = z.array(z.object({ emailAddress: z.object({ address: z.string().min(1) }) }));

const sendMailBody = z.object({
  message: z.object({
    subject: z.string().default(''),
    body: z.object({ contentType: z.string().default('text'), content: z.string().default('') }).prefault({}),
    toRecipients: recipients.default([]),
    ccRecipients: recipients.default([]),
    bccRecipients: recipients.default([]),
  }),
  saveToSentItems: z.boolean().optional(),
});

/** `POST /users/{id | userPrincipalName}/sendMail`: accepted means accepted, not delivered. */
export const sendMail: Route = {
  name: 'mail.send',
  method: 'POST',
  pattern: 'users/*/sendMail',
  versions: BOTH_VERSIONS,
  permissions: ['Mail.Send'],
  cost: ({ request, params }) => {
    const parsed = sendMailBody.safeParse(request.body);
    const recipients = parsed.success ? addresses(parsed.data.message).length : 0;
    return { service: 'mail', mailbox: params[0] as string, recipients };
  },
  answer: (context) => {
    const { tenant, request, params } = context;
    checkMailbox(context);
    const parsed = sendMailBody.safeParse(request.body);
    if (!parsed.success) {
      throw new GraphError(400, 'RequestBodyRead', "The request body must have a 'message' with its recipients.", {
        cause: parsed.error,
      });
    }
    const { message } = parsed.data;
    const to = addresses(message);
    if (to.length === 0) {
      throw new GraphError(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
    }
    if (to.length > MOST_RECIPIENTS) {
      throw new GraphError(400, 'ErrorExceededMaxRecipients', `A message has at most ${MOST_RECIPIENTS} recipients.`);
    }
    tenant.mailbox.sent.push({
      at: tenant.outside.now(),
      from: params[0] as string,
      to,
      subject: message.subject,
      contentType: message.body.contentType,
      content: message.body.content,
      requestId: request.requestId,
    });
    return { status: 202, headers: {} };
  },
};

/** Exchange Online's default per message. */
const MOST_RECIPIENTS = 500;

function addresses(message: z.infer<typeof sendMailBody>['message']): string[] {
  const all = [...message.toRecipients, ...message.ccRecipients, ...message.bccRecipients];
  return all.map((recipient) => recipient.emailAddress.address);
}

function checkMailbox({ tenant, params }: RouteContext): void {
  const name = params[0] as string;
  const { sharedMailboxes } = tenant.settings;
  if (sharedMailboxes.some((address) => address.toLowerCase() === name.toLowerCase())) return;
  const user = tenant.directory.find(name);
  if (user === undefined) throw new GraphError(404, 'ErrorInvalidUser', `The requested user '${name}' is invalid.`);
  if (tenant.directory.mail(user) === null || tenant.directory.userType(user) === 'Guest') {
    throw new GraphError(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    );
  }
}
