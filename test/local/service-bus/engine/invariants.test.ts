import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../../../local/service-bus/engine/heap.ts';
import type { Session } from '../../../../local/service-bus/engine/message.ts';
import { Queue } from '../../../../local/service-bus/engine/queue.ts';
import { defaultQueueSettings } from '../../../../local/service-bus/settings.ts';

/** What may happen to a queue. Numbers choose among what is there. */
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      session: fc.nat(3),
      delay: fc.nat(40),
      life: fc.nat(200),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('receive' as const), deletes: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'complete' as const,
        'abandon' as const,
        'defer' as const,
        'deadLetter' as const,
        'renew' as const,
      ),
      which: fc.nat(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'lose' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('receiveDeferred' as const, 'cancel' as const), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expireLocks' as const) }) },
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Runs operations against a queue, as clients would that never break the rules but often are too late. */
class Run {
  now = 1000;
  sent = 0;
  /** Contents that were received and deleted, or completed. */
  readonly done: number[] = [];
  readonly tokens = new Map<string, number>();
  readonly sessions: Session<number>[] = [];
  readonly queue: Queue<number>;
  #token = 0;

  constructor(requiresSession: boolean, deadLetterExpired: boolean) {
    const settings = {
      ...defaultQueueSettings,
      requiresSession,
      deadLetterExpired,
      lockDurationMs: 50,
      maxDeliveryCount: 3,
    };
    this.queue = new Queue('q', settings, { clock: () => this.now, newToken: () => `${++this.#token}` });
  }

  apply(step: Operation): void {
    switch (step.kind) {
      case 'send':
        this.queue.send([
          {
            content: this.sent++,
            messageId: undefined,
            sessionId: String(step.session),
            timeToLiveMs: step.life > 100 ? undefined : step.life + 1,
            scheduledAt: step.delay > 20 ? this.now + step.delay : undefined,
          },
        ]);
        break;
      case 'receive':
        this.#receive(step.deletes ? 'receiveAndDelete' : 'peekLock');
        break;
      case 'wait':
        this.now += step.ms;
        break;
      case 'expireLocks':
        this.queue.expireLocks();
        break;
      case 'release':
      case 'lose': {
        const session = pick(this.sessions, step.which);
        if (session?.holder !== undefined)
          this.queue.releaseSession(session, step.kind === 'lose' ? 'expired' : 'closed');
        break;
      }
      case 'receiveDeferred': {
        const message = pick(
          this.queue.peek(0, 999).filter(({ state }) => state === 'deferred'),
          step.which,
        );
        if (message === undefined) break;
        attempt(() => this.queue.receiveDeferred([message.sequenceNumber], 'peekLock', message.sessionId));
        if (message.lock !== undefined) this.tokens.set(message.lock.token, message.content);
        break;
      }
      case 'cancel': {
        const message = pick(
          this.queue.peek(0, 999).filter(({ state }) => state === 'scheduled'),
          step.which,
        );
        if (message === undefined) break;
        this.queue.cancelScheduled([message.sequenceNumber]);
        this.done.push(message.content);
        break;
      }
      default:
        this.#settle(step.kind, step.which);
    }
  }

  /** Where each message is: every content that was ever sent has to be in exactly one place. */
  census(): number[] {
    const contents = (queue: Queue<number>): number[] => queue.peek(0, 9999).map(({ content }) => content);
    this.queue.advance();
    const dead = this.queue.deadLetters === undefined ? [] : contents(this.queue.deadLetters);
    return [...contents(this.queue), ...dead, ...this.done];
  }

  #receive(mode: 'peekLock' | 'receiveAndDelete'): void {
    const session = this.queue.settings.requiresSession ? this.#session() : undefined;
    const message = this.queue.receive(mode, session);
    if (message === undefined) return;
    if (message.lock !== undefined) this.tokens.set(message.lock.token, message.content);
    else this.done.push(message.content);
  }

  #session(): Session<number> | undefined {
    const held = this.sessions.find(({ holder }) => holder !== undefined);
    const session = held ?? this.queue.acceptNextSession({ sessionHasMessage: () => {}, sessionLost: () => {} });
    if (session !== undefined && session !== held) this.sessions.push(session);
    return session;
  }

  #settle(how: 'complete' | 'abandon' | 'defer' | 'deadLetter' | 'renew', which: number): void {
    const chosen = pick([...this.tokens], which);
    if (chosen === undefined) return;
    const [token, content] = chosen;
    if (how === 'renew') {
      attempt(() => this.queue.renewLock(token));
      return;
    }
    const settled = attempt(() => {
      if (how === 'deadLetter') this.queue.deadLetter(token, { reason: 'why' });
      else this.queue[how](token);
    });
    this.tokens.delete(token);
    if (settled && how === 'complete') this.done.push(content);
  }
}

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % Math.max(from.length, 1)];
}

/** Whether it was allowed. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    expect(error).toHaveProperty('condition');
    return false;
  }
}

test.each([{ requiresSession: false }, { requiresSession: true }])(
  'no message is lost or doubled, whatever happens ($requiresSession)',
  ({ requiresSession }) => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5, maxLength: 120 }), (steps) => {
        const run = new Run(requiresSession, true);
        for (const step of steps) run.apply(step);
        const all = Array.from({ length: run.sent }, (_, content) => content);
        expect(run.census().sort((one, other) => one - other)).toEqual(all);

        const counts = run.queue.counts();
        const ended = counts.completed + counts.deadLettered + counts.canceled + counts.expired;
        expect(counts.active + counts.scheduled + counts.deferred + ended).toBe(counts.enqueued);
        expect(counts.deadLetter).toBe(counts.deadLettered);
      }),
      { numRuns: 300 },
    );
  },
);

test.each([{ requiresSession: false }, { requiresSession: true }])(
  'whatever happened, what is left can be received and the queue be emptied ($requiresSession)',
  ({ requiresSession }) => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5, maxLength: 80 }), (steps) => {
        const run = new Run(requiresSession, false);
        for (const step of steps) run.apply(step);
        run.queue.expireLocks();
        run.now += 1000;
        run.queue.expireLocks();
        const deferred = run.queue.peek(0, 9999).filter(({ state }) => state === 'deferred');
        for (const { sessionId, sequenceNumber } of deferred) {
          const holder = { sessionHasMessage: () => {}, sessionLost: () => {} };
          const session = requiresSession ? run.queue.acceptSession(sessionId ?? '', holder) : undefined;
          run.queue.receiveDeferred([sequenceNumber], 'receiveAndDelete', sessionId);
          if (session !== undefined) run.queue.releaseSession(session, 'closed');
        }
        for (let round = 0; round < 500; round++) {
          run.apply({ kind: 'receive', deletes: true });
          const session = run.sessions.find(({ holder }) => holder !== undefined);
          if (session !== undefined) run.queue.releaseSession(session, 'closed');
        }
        expect(run.queue.counts()).toMatchObject({ active: 0, scheduled: 0, deferred: 0, locked: 0 });
      }),
      { numRuns: 100 },
    );
  },
);

test('a heap gives its items back by key, then by insertion, without those that were removed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: fc.nat(1000), removed: fc.boolean() }), { minLength: 20, maxLength: 200 }),
      (items) => {
        const heap = new Heap<number>();
        const entries = items.map(({ key }, index) => heap.add(key, index));
        items.forEach(({ removed }, index) => {
          const entry = entries[index];
          if (removed && entry !== undefined) heap.remove(entry);
        });
        const taken: number[] = [];
        for (let item = heap.takeFirst(); item !== undefined; item = heap.takeFirst()) taken.push(item);
        const expected = items
          .map(({ key, removed }, index) => ({ key, removed, index }))
          .filter(({ removed }) => !removed)
          .sort((one, other) => one.key - other.key || one.index - other.index)
          .map(({ index }) => index);
        expect(taken).toEqual(expected);
      },
    ),
  );
});
