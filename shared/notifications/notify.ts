import type { AuditStore } from '../audit/auditStore.ts';
import { type Answer, wasNotCarriedOut } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
import { graphSaid } from '../graph/refusal.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import { MAIL_LATE_MS, type MailPacer } from '../pace/mailPacer.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import type { MailMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryStore, StoredDelivery } from './deliveryStore.ts';
import { composeMail, type MailOptions } from './mail.ts';
import type { Occasion } from './occasion.ts';
import { type Recipient, readRecipient } from './recipient.ts';
import type { UserMail } from './userMail.ts';
import { userMailOf } from './userMailOf.ts';

export interface NotifyDependencies {
  readonly operations: OperationStore;
  readonly deliveries: DeliveryStore;
  readonly audit: AuditStore;
  readonly queues: Pick<Queues, 'sendNotifications'>;
  readonly graph: SendToGraph;
  readonly mailPacer: MailPacer;
  readonly mail: MailSettings;
  /** Opens the table of the users to remind. */
  readonly open: OpenTable;
  readonly now: () => number;
  /** Waits at least this many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long Graph may still show the old state after a change. */
  readonly consistencyMs: number;
}

/** The mailbox, and the administrator's own texts. */
export type MailSettings = MailOptions & {
  readonly from: string;
  /** The texts of reminders. */
  readonly reminder: Pick<MailOptions, 'subject' | 'body'>;
};

/** A mail that must wait longer than this goes back to the queue. */
const MAX_WAIT_MS = 3_000;
/** A sender holds its message for five minutes. After this time without a result, the sender has stopped. */
const ABANDONED_AFTER_MS = 6 * 60_000;
const MAX_ATTEMPTS = 20;
const RETRY_AFTER_MS = 10_000;
/** A mail is tried again after this time at the latest, whatever Graph asks for: all attempts together take most of a day. */
const LONGEST_RETRY_MS = 60 * 60_000;

/**
 * Sends the mail to one user, at most once even when the message is delivered again: the mail is claimed before it is
 * sent. When the holder of a claim has stopped, the result is recorded as `unknown` and the mail is not sent again.
 * @returns the progress of the mail
 * @throws UnprocessableMessageError when the operation or the user of the mail does not exist
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
    if (delivery === undefined) {
      const turn = await mailPacer.reserve(userMail.priority);
      await deliveries.create(name, { status: 'scheduled', ...turn, attempts: 0 });
      continue;
    }
    const waitsUntil = queuedUntil(delivery, now());
    if (waitsUntil !== undefined) {
      await queues.sendNotifications([{ notification: message, at: waitsUntil }]);
      return { mail: delivery.status };
    }
    const isOpen = delivery.status === 'scheduled' || delivery.status === 'sending';
    if (!isOpen) await userMail.record(delivery);
    if (isOpen) await advance(userMail, delivery, deps);
    else if (isToBeSentAgain(message, delivery))
      await deliveries.replace(name, delivery, { status: 'scheduled', at: now(), isReserved: false, attempts: 0 });
    else return { mail: delivery.status };
  }
}

/** Takes the next step with a mail that has not ended and need not wait in the queue. */
async function advance(userMail: UserMail, delivery: StoredDelivery, deps: NotifyDependencies): Promise<void> {
  const { deliveries, mailPacer } = deps;
  const { name, priority } = userMail;
  if (delivery.status === 'sending') await deliveries.replace(name, delivery, { ...delivery, ...BROKEN_OFF });
  else if (delivery.isReserved === false)
    await deliveries.replace(name, delivery, { ...delivery, ...(await mailPacer.reserve(priority)) });
  else await sendWhenDue(userMail, delivery, deps);
}

/** Whether a caller has asked to send a mail again after it failed. */
function isToBeSentAgain(message: MailMessage, { status, at }: Delivery): boolean {
  return status === 'failed' && 'again' in message && message.again !== undefined && Date.parse(message.again) > at;
}

const BROKEN_OFF = {
  status: 'unknown',
  code: 'unknown',
  message: 'The service stopped while it was sending the mail. The user may have received it. It is not sent again.',
} as const;

/** When the queue delivers the mail again: at its scheduled time, or when its sender counts as stopped; undefined for now. */
function queuedUntil({ status, at }: Delivery, now: number): number | undefined {
  if (status === 'scheduled') return at - now > MAX_WAIT_MS ? at : undefined;
  if (status !== 'sending') return undefined;
  return now < at + ABANDONED_AFTER_MS ? at + ABANDONED_AFTER_MS : undefined;
}

/** Waits for the scheduled time and sends the mail, if it is still needed. */
async function sendWhenDue(userMail: UserMail, delivery: StoredDelivery, deps: NotifyDependencies): Promise<void> {
  const { deliveries, mailPacer, now, wait } = deps;
  // Read before the wait, so that the remaining requests fit into the time that the pacer has reserved.
  const need = await userMail.need();
  if (need.kind === 'retry') {
    await deliveries.replace(userMail.name, delivery, again(delivery, need, deps));
  } else if (need.kind === 'notNeeded') {
    await deliveries.replace(userMail.name, delivery, skipped(delivery, need, now));
  } else {
    await wait(Math.max(0, delivery.at - now()));
    const isLate = now() > delivery.at + MAIL_LATE_MS;
    if (isLate) {
      const turn = await mailPacer.reserve(userMail.priority);
      await deliveries.replace(userMail.name, delivery, { ...delivery, ...turn });
    } else {
      await attempt(userMail, need.occasion, delivery, deps);
    }
  }
}

/**
 * Records the failure of a mail whose message became a dead letter.
 * @returns 1 when this reason is the recorded one, 0 when the mail had ended before
 */
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

/** One attempt to send: reads the user, claims the mail, sends it and stores the result. */
async function attempt(
  { name, userId }: UserMail,
  occasion: Occasion,
  delivery: StoredDelivery,
  deps: NotifyDependencies,
): Promise<void> {
  const { deliveries, graph, mail, now } = deps;
  const found = await readRecipient(graph, userId);
  if (found.kind === 'refused' || found.kind === 'retry') {
    await deliveries.replace(name, delivery, notSent(delivery, found, 'User.Read.All', deps));
    return;
  }
  if (found.kind === 'none') {
    await deliveries.replace(name, delivery, skipped(delivery, found, now));
    return;
  }
  const { recipient } = found;
  const claim: Delivery = { ...delivery, status: 'sending', at: now() };
  if (!(await deliveries.replace(name, delivery, claim))) return; // another process has claimed the mail
  const answer = await graph({
    method: 'POST',
    path: graphPath`/users/${mail.from}/sendMail`,
    body: bodyOf(occasion, recipient, mail),
  });
  const claimed = await deliveries.read(name);
  // If sending took so long that the claim was abandoned, the stored result stays.
  if (claimed?.status === 'sending' && claimed.at === claim.at)
    await deliveries.replace(name, claimed, await resultOf(claimed, answer, deps));
}

function bodyOf(occasion: Occasion, recipient: Recipient, mail: MailSettings): object {
  const toRecipients = [{ emailAddress: { address: recipient.mail } }];
  const options = occasion === 'reminder' ? { ...mail, ...mail.reminder } : mail;
  return {
    message: { ...composeMail(occasion, recipient, options), toRecipients },
    saveToSentItems: false,
  };
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
  // Graph has not carried out a request that was throttled, not signed in, or answered with 503. The result of other
  // failures is unknown.
  if (answer.kind === 'retry' && !wasNotCarriedOut(answer) && answer.status !== 503)
    return {
      ...delivery,
      status: 'unknown',
      at: deps.now(),
      code: 'unknown',
      message: `Microsoft Graph did not confirm the mail (${answer.code}). The user may have received it. It is not sent again.`,
    };
  if (answer.kind === 'retry') await deps.mailPacer.holdUntil(deps.now() + (answer.retryAfterMs ?? RETRY_AFTER_MS));
  return notSent(delivery, answer, 'Mail.Send for the mailbox of NOTIFY_FROM', deps);
}

/**
 * Plans another attempt for a mail that was certainly not sent, or ends it as failed.
 * @param permission what the request needs
 */
function notSent(
  delivery: Delivery,
  answer: Exclude<Answer, { kind: 'ok' }>,
  permission: string,
  deps: NotifyDependencies,
): Delivery {
  if (answer.kind === 'retry' && delivery.attempts < MAX_ATTEMPTS) return again(delivery, answer, deps);
  const failed = { ...delivery, status: 'failed', at: deps.now(), code: answer.code } as const;
  if (answer.kind === 'retry')
    return {
      ...failed,
      message: `Microsoft Graph did not accept the mail after ${MAX_ATTEMPTS} attempts (${answer.code}).`,
    };
  const remedy = answer.status === 403 ? ` The service needs the permission ${permission}.` : '';
  const { requestId } = answer;
  return {
    ...failed,
    message: `The mail was not sent.${remedy} ${graphSaid(answer)}`,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Schedules another attempt after the wait that Graph asks for, an hour at most. The mail then asks for a time again. */
function again(
  { attempts }: Delivery,
  { retryAfterMs = RETRY_AFTER_MS }: { readonly retryAfterMs: number | undefined },
  { now }: NotifyDependencies,
): Delivery {
  const at = now() + Math.min(retryAfterMs, LONGEST_RETRY_MS);
  return { status: 'scheduled', at, isReserved: false, attempts: attempts + 1 };
}
