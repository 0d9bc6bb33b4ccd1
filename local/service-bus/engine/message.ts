import type { HeapEntry } from './heap.ts';
import type { Lock } from './locks.ts';

/** What a sender hands over. The engine never looks into the content. */
export interface NewMessage<C> {
  readonly content: C;
  readonly messageId: string | undefined;
  readonly sessionId: string | undefined;
  /** How long the message may wait once it is available, in milliseconds. The queue's limit applies when it is shorter. */
  readonly timeToLiveMs: number | undefined;
  /** When the message becomes available, in epoch milliseconds; at once when that is past, or missing. */
  readonly scheduledAt: number | undefined;
}

/** `gone` is settled, expired, canceled or moved to the dead-letter queue. Whether it is locked is another question. */
export type MessageState = 'scheduled' | 'active' | 'deferred' | 'gone';

/** Application properties that a receiver, or the queue itself, adds to a message. */
export type Properties = Readonly<Record<string, unknown>>;

/** A message in a queue. Only the queue changes it. */
export interface QueuedMessage<C> extends NewMessage<C> {
  state: MessageState;
  sequenceNumber: number;
  /** The sequence number under which it was first enqueued, when it was scheduled or dead-lettered since. */
  originalSequenceNumber: number | undefined;
  /** Epoch milliseconds. */
  enqueuedAt: number;
  /** Epoch milliseconds; Infinity when it never expires. */
  expiresAt: number;
  /** Whether it became available later than it was sent. */
  wasScheduled: boolean;
  /** Deliveries that ended without settling the message: 0 at the first one. */
  deliveryCount: number;
  properties: Properties | undefined;
  lock: Lock<C> | undefined;
  /** Its place among the messages that wait for delivery. */
  backlogEntry: HeapEntry<QueuedMessage<C>> | undefined;
  /** Its activation while it is scheduled, its expiry while it waits for delivery. */
  deadline: HeapEntry<QueuedMessage<C>> | undefined;
}

export function addProperties<C>(message: QueuedMessage<C>, properties: Properties | undefined): void {
  if (properties !== undefined) message.properties = { ...message.properties, ...properties };
}
