import { isTerminal } from '../domain/operation.ts';
import { UnprocessableMessageError } from '../errors.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import { eventId } from '../queues/eventId.ts';
import type { EventMessage, EventQueueMessage } from '../queues/messages.ts';
import { type Queues, queueNames } from '../queues/queues.ts';
import { keepUnknownLetter } from '../queues/unknownLetters.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type CloudEventParts, cloudEventOf } from './cloudEvent.ts';
import { postEvent, type Webhook } from './post.ts';
import type { Raise } from './raise.ts';

const HOUR_MS = 60 * 60_000;
/** Attempts come after 5 seconds, 10, 20 and so on, and then every hour. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = HOUR_MS;
/** A receiver that is away for longer than this misses events. */
export const GIVE_UP_AFTER_MS = 24 * HOUR_MS;

export interface SendEventEffects {
  readonly webhook: Webhook | undefined;
  readonly eventParts: CloudEventParts;
  readonly queues: Pick<Queues, 'sendEvents'>;
  readonly raise: Raise;
  readonly open: OpenTable;
  readonly now: () => number;
}

export interface SendEventSummary {
  /** `retry`: it will be sent again; `givenUp`: it was kept in the table `deadLetters`; `off`: there is no webhook. */
  readonly webhook: 'delivered' | 'retry' | 'givenUp' | 'off' | 'raised' | 'notOver';
  /** Why it was not taken. */
  readonly code?: string;
}

/**
 * Deals with a message of the queue `events`: sends an event once, and queues the next attempt when it was not taken.
 * Where the process ends in between, the message comes back and the event is sent again, with the same id.
 * @throws UnprocessableMessageError when what it is about is not there any more
 */
export async function sendEvent(message: EventQueueMessage, effects: SendEventEffects): Promise<SendEventSummary> {
  const { webhook, eventParts, now } = effects;
  if (webhook === undefined) return { webhook: 'off' };
  if (message.event === 'look') return look(message.operationId, effects);
  const event = await cloudEventOf(message, eventParts);
  const result = await postEvent(event, webhook, now());
  if (result.kind === 'delivered') return { webhook: 'delivered' };
  return tryAgain(message, result, effects);
}

/** Raises that an operation is over, if it is. */
async function look(
  operationId: string,
  { eventParts: { operations, progress }, raise }: SendEventEffects,
): Promise<SendEventSummary> {
  const operation = await operations.get(operationId);
  if (operation === undefined || !isTerminal((await progress.read(operation)).status)) return { webhook: 'notOver' };
  await raise({ event: 'operationFinished', operationId });
  return { webhook: 'raised' };
}

async function tryAgain(
  message: EventMessage,
  { code, retryAfterMs }: { readonly code: string; readonly retryAfterMs: number | undefined },
  { queues, open, now }: SendEventEffects,
): Promise<SendEventSummary> {
  const at = now() + retryMs(message.attempt, retryAfterMs);
  if (at > Date.parse(message.since) + GIVE_UP_AFTER_MS) {
    const reason = `The webhook did not take the event within a day (${code}).`;
    const letter = {
      queue: queueNames.events,
      messageId: eventId(message),
      body: message,
      reason,
      at: new Date(now()),
    };
    await keepUnknownLetter(open, letter);
    return { webhook: 'givenUp', code };
  }
  await queues.sendEvents([{ event: { ...message, attempt: message.attempt + 1 }, at }]);
  return { webhook: 'retry', code };
}

/**
 * An event whose message was given up before its time was over: it is kept like one that nobody knows.
 * @throws UnprocessableMessageError always
 */
export async function failEvent(_message: EventQueueMessage, reason: DeadLetterReason): Promise<never> {
  throw new UnprocessableMessageError(reason.message);
}

/**
 * How long to wait before the next attempt: what the receiver asks for, or twice as long as before; an hour at most.
 * @param attempt 0 for the first, which has failed
 */
export function retryMs(attempt: number, askedForMs: number | undefined): number {
  const doubled = FIRST_RETRY_MS * 2 ** Math.min(attempt, 20);
  return Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, askedForMs ?? doubled));
}
