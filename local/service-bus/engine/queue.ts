import type { QueueSettings } from '../settings.ts';
import { newTotals, type QueueCounts, type QueueTotals } from './counts.ts';
import { deadLetterSettings } from './deadLetterSettings.ts';
import { DuplicateHistory } from './duplicates.ts';
import type { Exhaustion } from './exhaustion.ts';
import { messageLockLost, messageNotFound, notAllowed, sessionCannotBeLocked, sessionLockLost } from './fault.ts';
import {
  type DeadLetterReason,
  Lifecycle,
  type QueueObserver,
  type QueueTools,
  type ReceiveMode,
} from './lifecycle.ts';
import type { Lock } from './message.ts';
import {
  addProperties,
  type NewMessage,
  type Properties,
  type QueuedMessage,
  type Session,
  type SessionHolder,
} from './message.ts';
import { sessionKey } from './session.ts';

/**
 * A Service Bus queue in memory, with its dead-letter queue. Everything that depends on time happens in `advance`,
 * which every operation calls first: a lock that has expired by the clock no longer exists for any operation.
 */
export class Queue<C> {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly totals: QueueTotals = newTotals();
  /** Undefined for a dead-letter queue. */
  readonly deadLetters: Queue<C> | undefined;
  /** For what could not be forwarded: always empty, for nothing is forwarded. Undefined for a dead-letter queue. */
  readonly transferDeadLetters: Queue<C> | undefined;

  readonly #clock: () => number;
  readonly #life: Lifecycle<C>;
  readonly #history: DuplicateHistory | undefined;

  constructor(name: string, settings: QueueSettings, tools: QueueTools, kind: 'queue' | 'deadLetters' = 'queue') {
    this.name = name;
    this.settings = settings;
    this.#clock = tools.clock;
    this.#history = settings.duplicateWindowMs > 0 ? new DuplicateHistory(settings.duplicateWindowMs) : undefined;
    if (kind === 'queue') {
      const dead = deadLetterSettings(settings);
      this.deadLetters = new Queue(`${name}/$deadletterqueue`, dead, tools, 'deadLetters');
      this.transferDeadLetters = new Queue(`${name}/$transfer/$deadletterqueue`, dead, tools, 'deadLetters');
    }
    const deadLetterLife = this.deadLetters === undefined ? undefined : this.deadLetters.#life;
    this.#life = new Lifecycle(settings, this.totals, tools, deadLetterLife);
  }

  /** The listeners that are called when a message can be delivered. */
  observe(observer: QueueObserver): void {
    this.#life.observer = observer;
  }

  /** Makes messages use up their deliveries, and knows those that did. */
  get exhaustion(): Exhaustion<C> {
    return this.#life.exhaustion;
  }

  counts(): QueueCounts {
    this.advance();
    const { messages, schedule, locks, deferredCount } = this.#life;
    return {
      active: messages.size - schedule.size - deferredCount,
      scheduled: schedule.size,
      deferred: deferredCount,
      locked: locks.size,
      deadLetter: this.deadLetters?.counts().active ?? 0,
      ...this.totals,
    };
  }

  /**
   * Takes messages in, all or none.
   * @returns Their sequence numbers; undefined for a duplicate, which is dropped.
   * @throws ServiceBusFault when the queue requires sessions and a message has none.
   */
  send(messages: readonly NewMessage<C>[]): (number | undefined)[] {
    this.advance();
    if (this.settings.requiresSession && messages.some((message) => message.sessionId === undefined)) {
      throw notAllowed(
        'The SessionId was not set on a message, and it cannot be sent to an entity that requires sessions.',
      );
    }
    const now = this.#clock();
    return messages.map((message) => {
      if (message.messageId !== undefined && this.#history?.isDuplicate(message.messageId, now)) {
        this.totals.duplicatesDropped++;
        return undefined;
      }
      return this.#life.enqueue(message, now).sequenceNumber;
    });
  }

  /** Cancels scheduled messages, all or none. */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.advance();
    const messages = [...new Set(sequenceNumbers)].map((number) => this.#inState(number, 'scheduled'));
    for (const message of messages) this.#life.cancel(message);
  }

  /** Delivers the next message, of a held session when the queue has them: locked, unless it is deleted at once. */
  receive(mode: ReceiveMode, session?: Session<C>): QueuedMessage<C> | undefined {
    this.advance();
    if (this.settings.requiresSession && session?.holder === undefined) return undefined;
    const message = this.#life.takeNext(session);
    if (message !== undefined) this.#life.deliver(message, mode, session);
    return message;
  }

  /** Delivers deferred messages by their sequence numbers, all or none. */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode, sessionId?: string): QueuedMessage<C>[] {
    this.advance();
    const session = this.settings.requiresSession ? this.heldSession(sessionId ?? '') : undefined;
    const messages = [...new Set(sequenceNumbers)].map((number) => this.#inState(number, 'deferred'));
    for (const { sequenceNumber, lock, sessionId: own } of messages) {
      const isOther = session !== undefined && sessionKey(own ?? '') !== sessionKey(session.id);
      if (lock !== undefined || isOther) throw messageNotFound(sequenceNumber);
    }
    for (const message of messages) this.#life.deliver(message, mode, session);
    return messages;
  }

  /** Looks at messages in any state without receiving them, from a sequence number on. */
  peek(fromSequenceNumber: number, count: number, sessionId?: string): QueuedMessage<C>[] {
    this.advance();
    const peeked: QueuedMessage<C>[] = [];
    const key = sessionId === undefined ? undefined : sessionKey(sessionId);
    for (const message of this.#life.messages.from(fromSequenceNumber)) {
      if (peeked.length >= count) break;
      if (key === undefined || sessionKey(message.sessionId ?? '') === key) peeked.push(message);
    }
    return peeked;
  }

  /** @throws ServiceBusFault when the lock has run out, or was used already; so do all that take a lock token. */
  complete(token: string): void {
    this.#life.remove(this.#settle(token));
    this.totals.completed++;
  }

  /** Gives a message back, to be delivered again. Its properties can be changed on the way. */
  abandon(token: string, properties?: Properties): void {
    const message = this.#settle(token);
    this.totals.abandoned++;
    addProperties(message, properties);
    this.#life.giveBack(message, true);
  }

  /** Gives a message back that was not tried: that does not count as a delivery. */
  release(token: string): void {
    const message = this.#settle(token);
    this.totals.released++;
    this.#life.giveBack(message, false);
  }

  /** Sets a message aside, from where it is only received by its sequence number. */
  defer(token: string, properties?: Properties): void {
    const message = this.#settle(token);
    this.totals.deferrals++;
    addProperties(message, properties);
    this.#life.setAside(message);
  }

  /**
   * Moves a message to the dead-letter queue.
   * @throws ServiceBusFault when it is in one already; it stays locked.
   */
  deadLetter(token: string, why: DeadLetterReason): void {
    if (this.deadLetters === undefined) throw notAllowed('A message in a dead-letter queue cannot be dead-lettered.');
    this.#life.moveToDeadLetters(this.#settle(token), why);
  }

  /** Prolongs a message's lock; with a session, the session's lock counts. Returns when it runs out. */
  renewLock(token: string): number {
    this.advance();
    const lock = this.#lock(token);
    if (lock.session === undefined) this.#life.locks.renew(token, this.#life.lockEnd());
    return lock.lockedUntil;
  }

  /** Locks a session, which need not have messages. */
  acceptSession(id: string, holder: SessionHolder): Session<C> {
    this.advance();
    const session = this.#life.sessions.accept(id, holder, this.#life.lockEnd());
    if (session === undefined) throw sessionCannotBeLocked(id);
    return session;
  }

  /** Locks the session whose messages wait longest; undefined when there is none. */
  acceptNextSession(holder: SessionHolder): Session<C> | undefined {
    this.advance();
    return this.#life.sessions.acceptNext(holder, this.#life.lockEnd());
  }

  /**
   * The session with this name, which must be locked.
   * @throws ServiceBusFault when it is not locked
   */
  heldSession(id: string): Session<C> {
    this.advance();
    const session = this.#life.sessions.find(id);
    if (session?.holder === undefined) throw sessionLockLost(id);
    return session;
  }

  /** Prolongs a held session's lock, and with it the locks of its messages. Returns when it runs out. */
  renewSession(session: Session<C>): number {
    this.#life.sessions.renew(session, this.#life.lockEnd());
    return session.lockedUntil;
  }

  /**
   * Ends the hold on a session. Messages that were received and not settled become available again. That was no
   * delivery attempt, unless the session's lock ran out (Microsoft: message-sessions, delivery count).
   */
  releaseSession(session: Session<C>, why: 'closed' | 'expired'): void {
    this.#life.releaseSession(session, why === 'expired');
  }

  setSessionState(session: Session<C>, state: unknown): void {
    this.#life.sessions.setState(session, state, this.#clock());
  }

  /**
   * The ids of the sessions that have messages or state.
   * @param stateSetAfter only those whose state was set later, in epoch milliseconds
   */
  sessionIds(stateSetAfter?: number): string[] {
    this.advance();
    const sessions = [...this.#life.sessions.used()];
    const chosen =
      stateSetAfter === undefined ? sessions : sessions.filter(({ stateSetAt }) => stateSetAt > stateSetAfter);
    return chosen.map(({ id }) => id);
  }

  /** Makes everything happen that is due by now. */
  advance(): void {
    const now = this.#clock();
    this.#life.activateDue(now);
    this.#life.exhaustDue(now);
    this.#loseLocks(now);
    this.#life.expireDue(now);
    this.deadLetters?.advance();
  }

  /** Makes every message and session lock run out now, as if its holder had hung for too long. */
  expireLocks(): void {
    this.advance();
    this.#loseLocks(Number.POSITIVE_INFINITY);
    this.deadLetters?.expireLocks();
  }

  #loseLocks(until: number): void {
    const { locks, sessions } = this.#life;
    for (let lock = locks.takeExpired(until); lock !== undefined; lock = locks.takeExpired(until)) {
      this.totals.lockExpirations++;
      locks.release(lock.token);
      this.#life.giveBack(lock.message, true);
    }
    for (let session = sessions.takeExpired(until); session !== undefined; session = sessions.takeExpired(until)) {
      this.totals.sessionLockExpirations++;
      this.totals.lockExpirations += session.locks.size;
      const { holder } = session;
      this.releaseSession(session, 'expired');
      holder?.sessionLost();
    }
  }

  /** Ends a lock, to settle its message. */
  #settle(token: string): QueuedMessage<C> {
    this.advance();
    const { message } = this.#lock(token);
    this.#life.locks.release(token);
    return message;
  }

  #lock(token: string): Lock<C> {
    const lock = this.#life.locks.find(token);
    if (lock === undefined) throw messageLockLost();
    return lock;
  }

  #inState(sequenceNumber: number, state: 'scheduled' | 'deferred'): QueuedMessage<C> {
    const message = this.#life.messages.get(sequenceNumber);
    if (message?.state !== state) throw messageNotFound(sequenceNumber);
    return message;
  }
}
