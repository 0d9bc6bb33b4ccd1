import type { Heap, HeapEntry } from './heap.ts';

/** A message from a sender. The engine never reads the content. */
export interface NewMessage<C> {
  readonly content: C;
  readonly messageId: string | undefined;
  readonly sessionId: string | undefined;
  /**
   * How long the message may wait once it is available, in milliseconds. The queue's limit applies when it is shorter.
   */
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

/** The right to settle one message. */
export interface Lock<C> {
  readonly token: string;
  readonly message: QueuedMessage<C>;
  /** The session whose lock holds this one: then it has no time of its own. */
  readonly session: Session<C> | undefined;
  /** When it runs out, in epoch milliseconds. */
  readonly lockedUntil: number;
}

/** The holder of a session's lock. The queue calls its methods during its work, so they must not call the queue. */
export interface SessionHolder {
  /** A message became available in the session. */
  sessionHasMessage(): void;
  /** The session's lock ran out. */
  sessionLost(): void;
}

/** A session of a queue. Only the queue changes it. */
export interface Session<C> {
  readonly id: string;
  /** The session state of its receivers. The engine never reads it. */
  readonly state: unknown;
  /** When the state was set, in epoch milliseconds; 0 when it never was. */
  readonly stateSetAt: number;
  readonly holder: SessionHolder | undefined;
  /** Epoch milliseconds; 0 when the session is not locked. */
  readonly lockedUntil: number;
  /** Messages of the session that wait for delivery, by sequence number. */
  readonly backlog: Heap<QueuedMessage<C>>;
  /** Messages of the session that its holder has received and not settled. */
  readonly locks: Set<Lock<C>>;
  /** Messages of the session that are in the queue, in whatever state but scheduled. */
  messageCount: number;
}
