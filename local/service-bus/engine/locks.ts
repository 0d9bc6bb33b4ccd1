import { Heap, type HeapEntry } from './heap.ts';
import type { Lock, QueuedMessage, Session } from './message.ts';

/** The message locks of a queue: those of its own time by when they run out, those of a session with their session. */
export class Locks<C> {
  readonly #newToken: () => string;
  readonly #byToken = new Map<string, MessageLock<C>>();
  readonly #deadlines = new Heap<MessageLock<C>>();

  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  get size(): number {
    return this.#byToken.size;
  }

  find(token: string): Lock<C> | undefined {
    return this.#byToken.get(token);
  }

  /** Locks a message on its own, until that time. */
  lock(message: QueuedMessage<C>, until: number): Lock<C> {
    const lock = new MessageLock(this.#newToken(), message, undefined);
    lock.deadline = this.#deadlines.add(until, lock);
    return this.#keep(lock);
  }

  /** Locks a message for as long as its session is locked. */
  lockWithSession(message: QueuedMessage<C>, session: Session<C>): Lock<C> {
    const lock = new MessageLock(this.#newToken(), message, session);
    session.locks.add(lock);
    return this.#keep(lock);
  }

  /** Prolongs a lock that has its own time. */
  renew(token: string, until: number): void {
    const lock = this.#byToken.get(token);
    if (lock?.deadline === undefined) return;
    this.#deadlines.remove(lock.deadline);
    lock.deadline = this.#deadlines.add(until, lock);
  }

  release(token: string): void {
    const lock = this.#byToken.get(token);
    if (lock === undefined) return;
    this.#byToken.delete(token);
    if (lock.deadline !== undefined) this.#deadlines.remove(lock.deadline);
    lock.session?.locks.delete(lock);
    lock.message.lock = undefined;
  }

  /** The next lock that has run out by that time. It stays until it is released. */
  takeExpired(now: number): Lock<C> | undefined {
    return this.#deadlines.takeUpTo(now);
  }

  #keep(lock: MessageLock<C>): Lock<C> {
    this.#byToken.set(lock.token, lock);
    lock.message.lock = lock;
    return lock;
  }
}

class MessageLock<C> implements Lock<C> {
  readonly token: string;
  readonly message: QueuedMessage<C>;
  readonly session: Session<C> | undefined;
  deadline: HeapEntry<MessageLock<C>> | undefined;

  constructor(token: string, message: QueuedMessage<C>, session: Session<C> | undefined) {
    this.token = token;
    this.message = message;
    this.session = session;
  }

  get lockedUntil(): number {
    return this.session?.lockedUntil ?? this.deadline?.key ?? 0;
  }
}
