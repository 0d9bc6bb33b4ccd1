import type { QueueSettings } from '../settings.ts';
import type { QueueTotals } from './counts.ts';
import { Exhaustion } from './exhaustion.ts';
import { Heap } from './heap.ts';
import { Locks } from './locks.ts';
import { addProperties, type NewMessage, type QueuedMessage, type Session } from './message.ts';
import { Sessions } from './session.ts';
import { MessageStore } from './store.ts';

export type ReceiveMode = 'peekLock' | 'receiveAndDelete';

/** Why a message is dead-lettered, and what is added to its properties. */
export interface DeadLetterReason {
  readonly reason?: string | undefined;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** The dependencies of a queue. */
export interface QueueTools {
  /** The time in epoch milliseconds. */
  readonly clock: () => number;
  /** A new UUID. */
  readonly newToken: () => string;
}

/** Hears that there is something to deliver. Called while the queue works: it must not call back into it. */
export interface QueueObserver {
  /** A message became available to receivers without a session. */
  messageAvailable(): void;
  /** A session is available for the next receiver that accepts one. */
  sessionAvailable(): void;
}

/**
 * The messages of one queue and every move a message can make: scheduled, waiting, locked, deferred, gone. Each move
 * leaves the message in exactly one place. Checks nothing that a caller could get wrong; that is the queue's part.
 */
export class Lifecycle<C> {
  readonly messages = new MessageStore<C>();
  readonly sessions = new Sessions<C>();
  readonly locks: Locks<C>;
  /** Messages that are not available yet, by when they will be. */
  readonly schedule = new Heap<QueuedMessage<C>>();
  readonly exhaustion = new Exhaustion<C>();
  deferredCount = 0;
  observer: QueueObserver | undefined;

  readonly #settings: QueueSettings;
  readonly #totals: QueueTotals;
  readonly #tools: QueueTools;
  /** The target of dead letters; undefined in a dead-letter queue. */
  readonly #deadLetters: Lifecycle<C> | undefined;
  /** Messages that wait for delivery, by sequence number. With sessions, each session has its own instead. */
  readonly #backlog = new Heap<QueuedMessage<C>>();
  /** Messages that wait for delivery and have a time to live, by expiry. */
  readonly #expiries = new Heap<QueuedMessage<C>>();
  #lastSequenceNumber = 0;

  constructor(settings: QueueSettings, totals: QueueTotals, tools: QueueTools, deadLetters: Lifecycle<C> | undefined) {
    this.#settings = settings;
    this.#totals = totals;
    this.#tools = tools;
    this.#deadLetters = deadLetters;
    this.locks = new Locks(tools.newToken);
  }

  /** When a lock that is taken or renewed now runs out. */
  lockEnd(): number {
    return this.#tools.clock() + this.#settings.lockDurationMs;
  }

  /** Takes a new message in. */
  enqueue(message: NewMessage<C>, now: number): QueuedMessage<C> {
    const queued = this.#admit(message, now);
    if (message.scheduledAt !== undefined && message.scheduledAt > now) {
      queued.state = 'scheduled';
      queued.deadline = this.schedule.add(message.scheduledAt, queued);
    } else {
      this.#activate(queued, now);
      if (this.exhaustion.takesSent()) this.#exhaust(queued);
    }
    return queued;
  }

  /** The next message that waits for delivery. It must be delivered. */
  takeNext(session: Session<C> | undefined): QueuedMessage<C> | undefined {
    const message = (session?.backlog ?? this.#backlog).takeFirst();
    if (message?.deadline !== undefined) this.#expiries.remove(message.deadline);
    return message;
  }

  deliver(message: QueuedMessage<C>, mode: ReceiveMode, session: Session<C> | undefined): void {
    this.#totals.delivered++;
    if (message.deliveryCount > 0) this.#totals.redelivered++;
    if (mode === 'receiveAndDelete') {
      this.remove(message);
      this.#totals.completed++;
    } else if (session === undefined) {
      this.locks.lock(message, this.lockEnd());
    } else {
      this.locks.lockWithSession(message, session);
    }
    this.exhaustion.delivered(message, this.#tools.clock());
  }

  /** Makes the locks run out of messages that are to use up their deliveries by now. */
  exhaustDue(now: number): void {
    for (const message of this.exhaustion.due(now)) {
      this.#useUpDeliveries(message);
      if (message.lock?.session !== undefined) this.sessions.renew(message.lock.session, now);
      else if (message.lock !== undefined) this.locks.renew(message.lock.token, now);
    }
  }

  /** Moves a message that waits for delivery to the dead letters, as if all its receivers had died. */
  #exhaust(message: QueuedMessage<C>): void {
    const backlog = this.#settings.requiresSession ? this.#sessionOf(message).backlog : this.#backlog;
    if (message.backlogEntry !== undefined) backlog.remove(message.backlogEntry);
    if (message.deadline !== undefined) this.#expiries.remove(message.deadline);
    this.#useUpDeliveries(message);
    this.giveBack(message, true);
  }

  #useUpDeliveries(message: QueuedMessage<C>): void {
    message.deliveryCount = this.#settings.maxDeliveryCount - 1;
    this.exhaustion.messageIds.push(message.messageId ?? '');
  }

  /** Puts a message back that was locked; `isAttempt` when that was an attempt to deliver it. */
  giveBack(message: QueuedMessage<C>, isAttempt: boolean): void {
    if (isAttempt) this.#countDelivery(message);
    if (message.deliveryCount >= this.#settings.maxDeliveryCount) {
      this.moveToDeadLetters(message, {
        reason: 'MaxDeliveryCountExceeded',
        description: `Message could not be consumed after ${this.#settings.maxDeliveryCount} delivery attempts.`,
      });
    } else if (message.state !== 'deferred') {
      this.#offer(message);
    }
  }

  /** Defers a message, which counts as a delivery. */
  setAside(message: QueuedMessage<C>): void {
    this.#countDelivery(message);
    if (message.state !== 'deferred') this.deferredCount++;
    message.state = 'deferred';
  }

  /** Not in a dead-letter queue: there is nowhere to go. */
  moveToDeadLetters(message: QueuedMessage<C>, why: DeadLetterReason): void {
    this.remove(message);
    this.#totals.deadLettered++;
    if (this.#deadLetters !== undefined) this.#deadLetters.#admitDeadLetter(message, why);
  }

  cancel(message: QueuedMessage<C>): void {
    if (message.deadline !== undefined) this.schedule.remove(message.deadline);
    this.remove(message);
    this.#totals.canceled++;
  }

  /** Ends a message's life in this queue. */
  remove(message: QueuedMessage<C>): void {
    const { state } = message;
    if (state === 'deferred') this.deferredCount--;
    message.state = 'gone';
    this.messages.delete(message.sequenceNumber);
    // A scheduled message does not count for its session yet.
    if (!this.#settings.requiresSession || state === 'scheduled') return;
    const session = this.#sessionOf(message);
    session.messageCount--;
    this.sessions.place(session);
  }

  /** Makes scheduled messages available whose time has come. */
  activateDue(now: number): void {
    for (let due = this.schedule.takeUpTo(now); due !== undefined; due = this.schedule.takeUpTo(now)) {
      // It gets a new sequence number, so that order is the order of activation (Microsoft: message-sequencing).
      this.messages.delete(due.sequenceNumber);
      due.originalSequenceNumber = due.sequenceNumber;
      due.wasScheduled = true;
      due.sequenceNumber = ++this.#lastSequenceNumber;
      this.messages.add(due);
      this.#activate(due, due.scheduledAt ?? now);
    }
  }

  /** Removes waiting messages whose time to live has ended. */
  expireDue(now: number): void {
    for (let due = this.#expiries.takeUpTo(now); due !== undefined; due = this.#expiries.takeUpTo(now)) {
      const backlog = this.#settings.requiresSession ? this.#sessionOf(due).backlog : this.#backlog;
      if (due.backlogEntry !== undefined) backlog.remove(due.backlogEntry);
      if (this.#settings.deadLetterExpired) {
        this.moveToDeadLetters(due, {
          reason: 'TTLExpiredException',
          description: 'The message expired and was dead lettered.',
        });
      } else {
        this.remove(due);
        this.#totals.expired++;
      }
    }
  }

  /** Frees a session, and gives back what its holder had received and not settled. */
  releaseSession(session: Session<C>, isAttempt: boolean): void {
    this.sessions.release(session);
    for (const { token, message } of [...session.locks]) {
      this.locks.release(token);
      this.giveBack(message, isAttempt);
    }
    if (this.sessions.place(session)) this.observer?.sessionAvailable();
  }

  #admit(message: NewMessage<C>, now: number): QueuedMessage<C> {
    const queued: QueuedMessage<C> = {
      content: message.content,
      messageId: message.messageId,
      sessionId: message.sessionId,
      timeToLiveMs: this.#timeToLive(message),
      scheduledAt: message.scheduledAt,
      state: 'active',
      sequenceNumber: ++this.#lastSequenceNumber,
      originalSequenceNumber: undefined,
      enqueuedAt: now,
      expiresAt: Number.POSITIVE_INFINITY,
      wasScheduled: false,
      deliveryCount: 0,
      properties: undefined,
      lock: undefined,
      backlogEntry: undefined,
      deadline: undefined,
    };
    this.messages.add(queued);
    this.#totals.enqueued++;
    return queued;
  }

  #admitDeadLetter(from: QueuedMessage<C>, { reason, description, properties }: DeadLetterReason): void {
    const now = this.#tools.clock();
    const message = this.#admit(from, now);
    message.originalSequenceNumber = from.originalSequenceNumber ?? from.sequenceNumber;
    message.deliveryCount = from.deliveryCount;
    message.properties = from.properties;
    addProperties(message, properties);
    if (reason !== undefined) addProperties(message, { DeadLetterReason: reason });
    if (description !== undefined) addProperties(message, { DeadLetterErrorDescription: description });
    this.#activate(message, now);
  }

  /** Makes a message available that was not before; its time to live starts here. */
  #activate(message: QueuedMessage<C>, now: number): void {
    message.enqueuedAt = now;
    // Nothing expires in a dead-letter queue.
    if (this.#deadLetters !== undefined) {
      message.expiresAt = now + (message.timeToLiveMs ?? Number.POSITIVE_INFINITY);
    }
    if (this.#settings.requiresSession) this.#sessionOf(message).messageCount++;
    this.#offer(message);
  }

  /** The message's own time to live, unless the queue's is shorter (Microsoft: message-expiration). */
  #timeToLive({ timeToLiveMs }: NewMessage<C>): number | undefined {
    const least = Math.min(timeToLiveMs ?? Number.POSITIVE_INFINITY, this.#settings.timeToLiveMs);
    return least === Number.POSITIVE_INFINITY ? undefined : least;
  }

  /** Nothing counts in a dead-letter queue, from which no message is moved on. */
  #countDelivery(message: QueuedMessage<C>): void {
    if (this.#deadLetters !== undefined) message.deliveryCount++;
  }

  #offer(message: QueuedMessage<C>): void {
    message.state = 'active';
    if (message.expiresAt !== Number.POSITIVE_INFINITY) {
      message.deadline = this.#expiries.add(message.expiresAt, message);
    }
    if (!this.#settings.requiresSession) {
      message.backlogEntry = this.#backlog.add(message.sequenceNumber, message);
      this.observer?.messageAvailable();
      return;
    }
    const session = this.#sessionOf(message);
    message.backlogEntry = session.backlog.add(message.sequenceNumber, message);
    if (session.holder !== undefined) session.holder.sessionHasMessage();
    else if (this.sessions.place(session)) this.observer?.sessionAvailable();
  }

  #sessionOf(message: QueuedMessage<C>): Session<C> {
    return this.sessions.findOrCreate(message.sessionId as string);
  }
}
