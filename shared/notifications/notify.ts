import { z } from 'zod';
import type { AuditStore } from '../audit/auditStore.ts';
import { UnprocessableMessageError } from '../errors.ts';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
import type { ChunkUser } from '../operations/chunk.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import { MAIL_LATE_MS, type MailPacer } from '../pace/mailPacer.ts';
import type { NotificationMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { DeadLetterReason } from '../stateChange/deadLetters.ts';
import type { Operation } from '../stateChange/operation.ts';
import type { Delivery, DeliveryStore, StoredDelivery } from './deliveryStore.ts';
import { composeMail, type MailOptions } from './mail.ts';
import { notificationEntry } from './notificationEntry.ts';

/** Everything that sending a mail touches. */
export interface NotifyEffects {
  readonly operations: OperationStore;
  readonly deliveries: DeliveryStore;
  readonly audit: AuditStore;
  readonly queues: Pick<Queues, 'sendNotifications'>;
  readonly graph: SendToGraph;
  readonly mailPacer: MailPacer;
  readonly mail: MailOptions & { readonly from: string };
  readonly now: () => number;
  /** Waits at least so many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
}

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
 * @throws UnprocessableMessageError when the user was not changed by the operation
 */
export async function sendNotification(
  message: NotificationMessage,
  effects: NotifyEffects,
): Promise<{ readonly mail: Delivery['status'] }> {
  const { deliveries, mailPacer, queues, now, wait } = effects;
  const { operation, user } = await subjectOf(message, effects);
  for (;;) {
    const delivery = await deliveries.read(message);
    if (delivery === undefined) {
      await deliveries.create(message, { status: 'scheduled', at: await mailPacer.reserve(), attempts: 0 });
    } else if (delivery.status === 'scheduled') {
      if (delivery.at - now() > PATIENCE_MS) return later(delivery, delivery.at);
      await wait(Math.max(0, delivery.at - now()));
      if (now() > delivery.at + MAIL_LATE_MS)
        await deliveries.replace(message, delivery, { ...delivery, at: await mailPacer.reserve() });
      else await attempt(message, delivery, effects);
    } else if (delivery.status === 'sending') {
      if (now() < delivery.at + ABANDONED_AFTER_MS) return later(delivery, delivery.at + ABANDONED_AFTER_MS);
      await deliveries.replace(message, delivery, {
        ...delivery,
        status: 'unknown',
        code: 'unknown',
        message:
          'The service broke off while it sent the mail, which may or may not have been sent. It is not sent again.',
      });
    } else {
      await record(operation, user, delivery, effects.audit);
      return { mail: delivery.status };
    }
  }

  async function later({ status }: Delivery, at: number): Promise<{ readonly mail: Delivery['status'] }> {
    await queues.sendNotifications([{ notification: message, at }]);
    return { mail: status };
  }
}

/** Gives a mail up whose message ran out of deliveries. @returns 1 when that is news */
export async function failNotification(
  message: NotificationMessage,
  reason: DeadLetterReason,
  effects: NotifyEffects,
): Promise<number> {
  const { operation, user } = await subjectOf(message, effects);
  const { deliveries, now } = effects;
  for (;;) {
    const delivery = await deliveries.read(message);
    if (delivery === undefined) {
      await deliveries.create(message, { status: 'failed', at: now(), attempts: 0, ...reason });
    } else if (delivery.status === 'scheduled' || delivery.status === 'sending') {
      const status = delivery.status === 'sending' ? 'unknown' : 'failed';
      await deliveries.replace(message, delivery, { ...delivery, status, at: now(), ...reason });
    } else {
      await record(operation, user, delivery, effects.audit);
      return delivery.code === reason.code ? 1 : 0;
    }
  }
}

async function subjectOf(
  { operationId, chunk: key, userId }: NotificationMessage,
  { operations }: NotifyEffects,
): Promise<{ readonly operation: Operation; readonly user: ChunkUser }> {
  const [operation, chunk] = await Promise.all([
    operations.getRecent(operationId),
    operations.getChunk(operationId, key),
  ]);
  const index = chunk?.users.findIndex(({ id }) => id === userId) ?? -1;
  const user = chunk?.users[index];
  if (operation === undefined || user === undefined || chunk?.outcomes[index]?.outcome !== 'applied')
    throw new UnprocessableMessageError('There is no operation that changed this user.');
  return { operation, user };
}

/** One attempt, from what is known of the user to what became of the mail. Each step is stored on what it was decided. */
async function attempt(message: NotificationMessage, delivery: StoredDelivery, effects: NotifyEffects): Promise<void> {
  const { deliveries, graph, mail, now } = effects;
  const select = '$select=displayName,mail,preferredLanguage';
  const found = await graph({ method: 'GET', path: `${graphPath`/users/${message.userId}`}?${select}` });
  if (found.kind !== 'done') {
    await deliveries.replace(message, delivery, await notSent(delivery, found, effects));
    return;
  }
  const recipient = recipientSchema.parse(found.body);
  if (recipient.mail === null) {
    const why = { code: 'noMailbox', message: 'The user has no mailbox. Tell them in another way.' };
    await deliveries.replace(message, delivery, { ...delivery, status: 'skipped', at: now(), ...why });
    return;
  }
  const claim: Delivery = { ...delivery, status: 'sending', at: now() };
  if (!(await deliveries.replace(message, delivery, claim))) return; // somebody else has it
  const answer = await graph({
    method: 'POST',
    path: graphPath`/users/${mail.from}/sendMail`,
    body: bodyOf(recipient, mail),
  });
  const claimed = await deliveries.read(message);
  // Who took so long that the claim was given up leaves the record as it is.
  if (claimed?.status === 'sending' && claimed.at === claim.at)
    await deliveries.replace(message, claimed, await resultOf(claimed, answer, effects));
}

function bodyOf(recipient: Recipient, mail: NotifyEffects['mail']): object {
  const toRecipients = [{ emailAddress: { address: recipient.mail } }];
  return { message: { ...composeMail(recipient, mail), toRecipients }, saveToSentItems: false };
}

async function resultOf(delivery: Delivery, answer: Answer, effects: NotifyEffects): Promise<Delivery> {
  if (answer.kind === 'done')
    return { ...delivery, status: 'sent', at: effects.now(), ...(answer.requestId && { requestId: answer.requestId }) };
  // Throttled requests, and those that the service is not there for, were not carried out; of others nobody knows.
  if (answer.kind === 'later' && !answer.throttled && answer.status !== 503)
    return {
      ...delivery,
      status: 'unknown',
      at: effects.now(),
      code: 'unknown',
      message: `Microsoft Graph did not say whether it took the mail (${answer.code}). It is not sent again.`,
    };
  return notSent(delivery, answer, effects);
}

/** What becomes of a mail that was certainly not sent: another attempt, or the end. */
async function notSent(
  delivery: Delivery,
  answer: Exclude<Answer, { kind: 'done' }>,
  { mailPacer, now }: NotifyEffects,
): Promise<Delivery> {
  if (answer.kind === 'later' && delivery.attempts < MOST_ATTEMPTS) {
    await mailPacer.holdUntil(now() + (answer.retryAfterMs ?? RETRY_AFTER_MS));
    return { status: 'scheduled', at: await mailPacer.reserve(), attempts: delivery.attempts + 1 };
  }
  const message = `Microsoft Graph did not take the mail (status ${answer.status}). The service needs the permission Mail.Send for the mailbox of NOTIFY_FROM.`;
  return { ...delivery, status: 'failed', at: now(), code: answer.code, message };
}

async function record(operation: Operation, user: ChunkUser, delivery: Delivery, audit: AuditStore): Promise<void> {
  const entry = notificationEntry(operation, user, delivery);
  if (entry !== undefined) await audit.record(`${operation.id}_${user.id}_notification`, [entry]);
}
