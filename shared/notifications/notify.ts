import { z } from 'zod';
import type { AuditStore } from '../audit/auditStore.ts';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import { MAIL_LATE_MS, type MailPacer } from '../pace/mailPacer.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import type { MailMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryStore, StoredDelivery } from './deliveryStore.ts';
import { composeMail, type MailOptions } from './mail.ts';
import type { UserMail } from './userMail.ts';
import { userMailOf } from './userMailOf.ts';

/** Everything that sending a mail touches. */
export interface NotifyDependencies {
  readonly operations: OperationStore;
  readonly deliveries: DeliveryStore;
  readonly audit: AuditStore;
  readonly queues: Pick<Queues, 'sendNotifications'>;
  readonly graph: SendToGraph;
  readonly mailPacer: MailPacer;
  readonly mail: MailSettings;
  /** For looking up users who are to be reminded. */
  readonly open: OpenTable;
  readonly now: () => number;
  /** Waits at least so many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
}

/** The mailbox, and what administrators may put in place of the templates. */
export type MailSettings = MailOptions & {
  readonly from: string;
  /** Of reminders. */
  readonly reminder: Pick<MailOptions, 'subject' | 'body'>;
};

/** Who must wait longer than this waits in the queue. */
const PATIENCE_MS = 3_000;
/** A sender holds its message for five minutes; one that has not said what came of it by then is gone. */
const ABANDONED_AFTER_MS = 6 * 60_000;
const MOST_ATTEMPTS = 20;
const RETRY_AFTER_MS = 10_000;

const recipientSchema = z.object({
  displayName: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
  mail: z
    .string()
    .nullish()
    .transform((mail) => mail ?? null),
  preferredLanguage: z
    .string()
    .nullish()
    .transform((language) => language ?? null),
});
type Recipient = z.infer<typeof recipientSchema>;

/**
 * Sends the mail to one user, at most once whatever is delivered again: it is claimed before it is sent, and of a claim
 * whose holder is gone it is recorded that nobody knows (DESIGN: persist the decision, then derive the effects).
 * @returns where the mail stands
 * @throws UnprocessableMessageError when there is nothing that the mail could be about
 */
export async function sendNotification(
  message: MailMessage,
  deps: NotifyDependencies,
): Promise<{ readonly mail: Delivery['status'] }> {
  const { deliveries, mailPacer, queues, now } = deps;
  const userMail = await userMailOf(message, deps);
  const { name } = userMail;
  for (;;) {
    const delivery = await deliveries.read(name);
    const waitsUntil = delivery && queuedUntil(delivery, now());
    if (delivery === undefined) {
      await deliveries.create(name, { status: 'scheduled', at: await mailPacer.reserve(), attempts: 0 });
    } else if (waitsUntil !== undefined) {
      await queues.sendNotifications([{ notification: message, at: waitsUntil }]);
      return { mail: delivery.status };
    } else if (delivery.status === 'scheduled') {
      await takeTurn(userMail, delivery, deps);
    } else if (delivery.status === 'sending') {
      await deliveries.replace(name, delivery, { ...delivery, ...BROKEN_OFF });
    } else {
      await userMail.record(delivery);
      return { mail: delivery.status };
    }
  }
}

const BROKEN_OFF = {
  status: 'unknown',
  code: 'unknown',
  message: 'The service broke off while it sent the mail, which may or may not have been sent. It is not sent again.',
} as const;

/** Until when a mail waits in the queue, because its turn or the end of its sender is far off; undefined when it does not. */
function queuedUntil({ status, at }: Delivery, now: number): number | undefined {
  if (status === 'scheduled') return at - now > PATIENCE_MS ? at : undefined;
  if (status !== 'sending') return undefined;
  return now < at + ABANDONED_AFTER_MS ? at + ABANDONED_AFTER_MS : undefined;
}

/** Sends a mail whose turn is near, if it is still needed. */
async function takeTurn(userMail: UserMail, delivery: StoredDelivery, deps: NotifyDependencies): Promise<void> {
  const { deliveries, mailPacer, now, wait } = deps;
  // Asked before the wait, so that what is left to be done fits into the time that the pacer gives.
  const need = await userMail.need();
  if (need.kind === 'retry') {
    await deliveries.replace(userMail.name, delivery, await again(delivery, need, deps));
  } else if (need.kind === 'notNeeded') {
    await deliveries.replace(userMail.name, delivery, skipped(delivery, need, now));
  } else {
    await wait(Math.max(0, delivery.at - now()));
    const isLate = now() > delivery.at + MAIL_LATE_MS;
    if (isLate) await deliveries.replace(userMail.name, delivery, { ...delivery, at: await mailPacer.reserve() });
    else await attempt(userMail, delivery, deps);
  }
}

/** Gives a mail up whose message ran out of deliveries. @returns 1 when that is news */
export async function failNotification(
  message: MailMessage,
  reason: DeadLetterReason,
  deps: NotifyDependencies,
): Promise<number> {
  const userMail = await userMailOf(message, deps);
  const { name } = userMail;
  const { deliveries, now } = deps;
  for (;;) {
    const delivery = await deliveries.read(name);
    if (delivery === undefined) {
      await deliveries.create(name, { status: 'failed', at: now(), attempts: 0, ...reason });
    } else if (delivery.status === 'scheduled' || delivery.status === 'sending') {
      const status = delivery.status === 'sending' ? 'unknown' : 'failed';
      await deliveries.replace(name, delivery, { ...delivery, status, at: now(), ...reason });
    } else {
      await userMail.record(delivery);
      return delivery.code === reason.code ? 1 : 0;
    }
  }
}

/** One attempt, from what is known of the user to what became of the mail. Each step is stored on what it was decided. */
async function attempt(userMail: UserMail, delivery: StoredDelivery, deps: NotifyDependencies): Promise<void> {
  const { deliveries, graph, mail, now } = deps;
  const { name, userId } = userMail;
  const select = '$select=displayName,mail,preferredLanguage';
  const found = await graph({ method: 'GET', path: `${graphPath`/users/${userId}`}?${select}` });
  if (found.kind !== 'ok') {
    await deliveries.replace(name, delivery, await notSent(delivery, found, deps));
    return;
  }
  const recipient = recipientSchema.parse(found.body);
  if (recipient.mail === null) {
    const why = { code: 'noMailbox', message: 'The user has no mailbox. Tell them in another way.' };
    await deliveries.replace(name, delivery, skipped(delivery, why, now));
    return;
  }
  const claim: Delivery = { ...delivery, status: 'sending', at: now() };
  if (!(await deliveries.replace(name, delivery, claim))) return; // somebody else has it
  const answer = await graph({
    method: 'POST',
    path: graphPath`/users/${mail.from}/sendMail`,
    body: bodyOf(userMail, recipient, mail),
  });
  const claimed = await deliveries.read(name);
  // Who took so long that the claim was given up leaves the record as it is.
  if (claimed?.status === 'sending' && claimed.at === claim.at)
    await deliveries.replace(name, claimed, await resultOf(claimed, answer, deps));
}

function bodyOf({ occasion }: UserMail, recipient: Recipient, mail: MailSettings): object {
  const toRecipients = [{ emailAddress: { address: recipient.mail } }];
  const options = occasion === 'reminder' ? { ...mail, ...mail.reminder } : mail;
  return { message: { ...composeMail(occasion, recipient, options), toRecipients }, saveToSentItems: false };
}

function skipped(
  delivery: Delivery,
  { code, message }: { readonly code: string; readonly message: string },
  now: () => number,
): Delivery {
  return { ...delivery, status: 'skipped', at: now(), code, message };
}

async function resultOf(delivery: Delivery, answer: Answer, deps: NotifyDependencies): Promise<Delivery> {
  if (answer.kind === 'ok')
    return { ...delivery, status: 'sent', at: deps.now(), ...(answer.requestId && { requestId: answer.requestId }) };
  // Throttled requests, and those that the service is not there for, were not carried out; of others nobody knows.
  if (answer.kind === 'retry' && !answer.throttled && answer.status !== 503)
    return {
      ...delivery,
      status: 'unknown',
      at: deps.now(),
      code: 'unknown',
      message: `Microsoft Graph did not say whether it took the mail (${answer.code}). It is not sent again.`,
    };
  return notSent(delivery, answer, deps);
}

/** What becomes of a mail that was certainly not sent: another attempt, or the end. */
async function notSent(
  delivery: Delivery,
  answer: Exclude<Answer, { kind: 'ok' }>,
  deps: NotifyDependencies,
): Promise<Delivery> {
  if (answer.kind === 'retry' && delivery.attempts < MOST_ATTEMPTS) return again(delivery, answer, deps);
  const message = `Microsoft Graph did not take the mail (status ${answer.status}). The service needs the permission Mail.Send for the mailbox of NOTIFY_FROM.`;
  return { ...delivery, status: 'failed', at: deps.now(), code: answer.code, message };
}

/** Another attempt, when Graph can be asked again. */
async function again(
  { attempts }: Delivery,
  { retryAfterMs = RETRY_AFTER_MS }: { readonly retryAfterMs: number | undefined },
  { mailPacer, now }: NotifyDependencies,
): Promise<Delivery> {
  await mailPacer.holdUntil(now() + retryAfterMs);
  return { status: 'scheduled', at: await mailPacer.reserve(), attempts: attempts + 1 };
}
