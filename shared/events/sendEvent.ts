import { isTerminal } from '../domain/operation.ts';
import { UnprocessableMessageError } from '../errors.ts';
import { countLowered } from '../operations/countLowered.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import { eventId } from '../queues/eventId.ts';
import { keepOrphanedMessage } from '../queues/keepOrphanedMessage.ts';
import type { EventMessage, EventQueueMessage } from '../queues/messages.ts';
import { type Queues, queueNames } from '../queues/queues.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type CloudEventParts, cloudEventOf } from './cloudEvent.ts';
import { postEvent, type Webhook } from './post.ts';
import type { QueueEvent } from './queueEvent.ts';

const HOUR_MS = 60 * 60_000;
/** Attempts come after 5 seconds, 10, 20 and so on, and then every hour. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = HOUR_MS;
/** A receiver that is unavailable for longer than this misses events. */
export const GIVE_UP_AFTER_MS = 24 * HOUR_MS;

export interface SendEventDependencies {
  readonly webhook: Webhook | undefined;
  readonly eventParts: CloudEventParts;
  readonly queues: Pick<Queues, 'sendEvents'>;
  readonly queueEvent: QueueEvent;
  readonly open: OpenTable;
  readonly now: () => number;
}

export interface SendEventSummary {
  /**
   * `retry`: the event will be sent again; `givenUp`: it was kept in the table `deadLetters`; `off`: the app has no webhook;
   * `queued` and `notFinished`: what a check of an operation found.
   */
  readonly webhook: 'delivered' | 'retry' | 'givenUp' | 'off' | 'queued' | 'notFinished';
  /** Why the webhook did not accept the event. */
  readonly code?: string;
}

/**
 * Handles a message of the queue `events`: sends an event once, and queues the next attempt when the webhook does not
 * accept it. If the process ends in between, the message is delivered again and the event is sent again with the same id.
 * @throws UnprocessableMessageError when the operation of the event no longer exists
 */
export async function sendEvent(message: EventQueueMessage, deps: SendEventDependencies): Promise<SendEventSummary> {
  const { webhook, eventParts, now } = deps;
  if (webhook === undefined) return { webhook: 'off' };
  if (message.event === 'look') return checkFinished(message.operationId, deps);
  const event = await cloudEventOf(message, eventParts);
  const result = await postEvent(event, webhook, now());
  if (result.kind === 'delivered') return { webhook: 'delivered' };
  return tryAgain(message, result, deps);
}

/** Queues the events of a finished operation, if it is finished. */
async function checkFinished(
  operationId: string,
  { eventParts: { operations, progress }, queueEvent }: SendEventDependencies,
): Promise<SendEventSummary> {
  const operation = await operations.get(operationId);
  if (operation === undefined) return { webhook: 'notFinished' };
  const { status, counts } = await progress.read(operation);
  if (!isTerminal(status)) return { webhook: 'notFinished' };
  const users = counts.applied > 0 ? await countLowered(operation, operations) : 0;
  if (users > 0) await queueEvent({ event: 'statesLowered', operationId, users });
  await queueEvent({ event: 'operationFinished', operationId });
  return { webhook: 'queued' };
}

async function tryAgain(
  message: EventMessage,
  { code, retryAfterMs }: { readonly code: string; readonly retryAfterMs: number | undefined },
  { queues, open, now }: SendEventDependencies,
): Promise<SendEventSummary> {
  const at = now() + retryMs(message.attempt, retryAfterMs);
  if (at > Date.parse(message.since) + GIVE_UP_AFTER_MS) {
    const reason = `The webhook did not accept the event within a day (${code}).`;
    const orphan = {
      queue: queueNames.events,
      messageId: eventId(message),
      body: message,
      reason,
      at: new Date(now()),
    };
    await keepOrphanedMessage(open, orphan);
    return { webhook: 'givenUp', code };
  }
  await queues.sendEvents([{ event: { ...message, attempt: message.attempt + 1 }, at }]);
  return { webhook: 'retry', code };
}

/**
 * Fails an event whose message became a dead letter: it is kept as an orphaned message.
 * @throws UnprocessableMessageError always
 */
export async function failEvent(_message: EventQueueMessage, reason: DeadLetterReason): Promise<never> {
  throw new UnprocessableMessageError(reason.message);
}

/**
 * The wait before the next attempt, in milliseconds: what the receiver asks for, else twice the last wait; at most an
 * hour.
 * @param attempt 0 when the first attempt has failed
 */
export function retryMs(attempt: number, retryAfterMs: number | undefined): number {
  const doubled = FIRST_RETRY_MS * 2 ** Math.min(attempt, 20);
  return Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, retryAfterMs ?? doubled));
}
