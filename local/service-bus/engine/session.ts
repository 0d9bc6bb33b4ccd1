import { Heap, type HeapEntry } from './heap.ts';
import type { Lock, QueuedMessage, Session, SessionHolder } from './message.ts';

/** The key of a session: Service Bus ignores the case of session ids. */
export function sessionKey(id: string): string {
  return id.toLowerCase();
}

/** The sessions of a queue. They exist as long as they have messages, state or a holder. */
export class Sessions<C> {
  readonly #byKey = new Map<string, HeldSession<C>>();
  /** Free sessions with messages to deliver, the one that waited longest first. */
  readonly #available = new Set<HeldSession<C>>();
  readonly #deadlines = new Heap<HeldSession<C>>();

  /** The sessions that have messages or state, in the order of their creation. */
  *used(): Iterable<Session<C>> {
    for (const session of this.#byKey.values()) {
      if (session.messageCount > 0 || session.state !== null) yield session;
    }
  }

  find(id: string): Session<C> | undefined {
    return this.#byKey.get(sessionKey(id));
  }

  findOrCreate(id: string): Session<C> {
    let session = this.#byKey.get(sessionKey(id));
    if (session === undefined) {
      session = new HeldSession(id);
      this.#byKey.set(sessionKey(id), session);
    }
    return session;
  }

  /** Locks a session until that time, unless it is locked already. */
  accept(id: string, holder: SessionHolder, until: number): Session<C> | undefined {
    const session = this.findOrCreate(id) as HeldSession<C>;
    if (session.holder !== undefined) return undefined;
    session.holder = holder;
    session.deadline = this.#deadlines.add(until, session);
    this.#available.delete(session);
    return session;
  }

  /** Locks the session with messages that waited longest. */
  acceptNext(holder: SessionHolder, until: number): Session<C> | undefined {
    for (const session of this.#available) return this.accept(session.id, holder, until);
    return undefined;
  }

  renew(session: Session<C>, until: number): void {
    const held = session as HeldSession<C>;
    if (held.deadline === undefined) return;
    this.#deadlines.remove(held.deadline);
    held.deadline = this.#deadlines.add(until, held);
  }

  setState(session: Session<C>, state: unknown, now: number): void {
    const held = session as HeldSession<C>;
    held.state = state;
    held.stateSetAt = now;
  }

  /** Gives the session's lock back. */
  release(session: Session<C>): void {
    const held = session as HeldSession<C>;
    if (held.deadline !== undefined) this.#deadlines.remove(held.deadline);
    held.holder = undefined;
    held.deadline = undefined;
  }

  /** The next session whose lock has run out by that time. It stays held until it is released. */
  takeExpired(now: number): Session<C> | undefined {
    return this.#deadlines.takeUpTo(now);
  }

  /**
   * Puts a session where it belongs after its backlog or its holder changed. Returns whether it can be accepted now.
   */
  place(session: Session<C>): boolean {
    const held = session as HeldSession<C>;
    const available = held.holder === undefined && held.backlog.size > 0;
    if (available) this.#available.add(held);
    else this.#available.delete(held);
    const unused = held.holder === undefined && held.messageCount === 0 && held.state === null;
    if (unused) this.#byKey.delete(sessionKey(held.id));
    return available;
  }
}

class HeldSession<C> implements Session<C> {
  readonly id: string;
  state: unknown = null;
  stateSetAt = 0;
  holder: SessionHolder | undefined;
  deadline: HeapEntry<HeldSession<C>> | undefined;
  readonly backlog = new Heap<QueuedMessage<C>>();
  readonly locks = new Set<Lock<C>>();
  messageCount = 0;

  constructor(id: string) {
    this.id = id;
  }

  get lockedUntil(): number {
    return this.deadline?.key ?? 0;
  }
}
