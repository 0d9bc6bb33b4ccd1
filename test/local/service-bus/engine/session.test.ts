import { expect, test } from 'vitest';
import { newMessage, testQueue } from './testQueue.ts';

const MINUTE = 60_000;

function queueOfSessions(maxDeliveryCount = 10) {
  const { queue, advance } = testQueue({ requiresSession: true, lockDurationMs: MINUTE, maxDeliveryCount });
  return {
    queue,
    advance,
    send: (sessionId: string | undefined, ...contents: string[]) =>
      queue.send(contents.map((content) => newMessage(content, { sessionId }))),
  };
}

/** Stores the calls that it received. */
class Holder {
  messages = 0;
  losses = 0;

  sessionHasMessage(): void {
    this.messages++;
  }

  sessionLost(): void {
    this.losses++;
  }
}

test('sessions are accepted in the order in which they became available', () => {
  const { queue, send } = queueOfSessions();
  send('b', '1');
  send('a', '1');
  send('b', '2');
  const first = queue.acceptNextSession(new Holder());
  const second = queue.acceptNextSession(new Holder());
  expect([first?.id, second?.id]).toEqual(['b', 'a']);
  expect(queue.acceptNextSession(new Holder())).toBeUndefined();
  if (first !== undefined) queue.releaseSession(first, 'closed');
  expect(queue.acceptNextSession(new Holder())?.id).toBe('b');
});

test('a drained session is not available, and is forgotten when it is released', () => {
  const { queue, send } = queueOfSessions();
  send('a', '1');
  const session = queue.acceptSession('a', new Holder());
  queue.complete(queue.receive('peekLock', session)?.lock?.token ?? '');
  expect(queue.sessionIds()).toEqual([]);
  queue.releaseSession(session, 'closed');
  expect(queue.acceptNextSession(new Holder())).toBeUndefined();
});

test('a session with state is kept without messages', () => {
  const { queue } = queueOfSessions();
  const session = queue.acceptSession('a', new Holder());
  queue.setSessionState(session, 'state');
  queue.releaseSession(session, 'closed');
  expect(queue.acceptSession('a', new Holder()).state).toBe('state');
});

test('the holder hears of messages that arrive', () => {
  const { queue, send } = queueOfSessions();
  const holder = new Holder();
  queue.acceptSession('a', holder);
  send('a', '1', '2');
  send('b', '1');
  expect(holder.messages).toBe(2);
});

test('sessions are listed that have messages or state, or whose state was set after a time', () => {
  const { queue, advance, send } = queueOfSessions();
  send('messages', '1');
  queue.acceptSession('held', new Holder());
  queue.setSessionState(queue.acceptSession('early', new Holder()), 'state');
  advance(10);
  queue.setSessionState(queue.acceptSession('late', new Holder()), 'state');
  expect(queue.sessionIds()).toEqual(['messages', 'early', 'late']);
  const stateSetAt = (id: string): number => queue.heldSession(id).stateSetAt;
  expect(queue.sessionIds(0)).toEqual(['early', 'late']);
  expect(queue.sessionIds(stateSetAt('early'))).toEqual(['late']);
  expect(queue.sessionIds(stateSetAt('late'))).toEqual([]);
});

test('ids of sessions do not distinguish upper and lower case', () => {
  const { queue, send } = queueOfSessions();
  send('Lane-A', '1');
  send('lane-a', '2');
  const session = queue.acceptSession('LANE-A', new Holder());
  expect(() => queue.acceptSession('lane-A', new Holder())).toThrow(/cannot be accepted/);
  expect([queue.receive('peekLock', session)?.content, queue.receive('peekLock', session)?.content]).toEqual([
    '1',
    '2',
  ]);
  expect(queue.peek(0, 9, 'lane-A')).toHaveLength(2);
  queue.defer(queue.peek(0, 1)[0]?.lock?.token ?? '');
  expect(queue.receiveDeferred([1], 'peekLock', 'lane-A')).toHaveLength(1);
  expect(queue.heldSession('lANE-a')).toBe(session);
});

test('an orderly release is no delivery attempt, a lock that ran out is one', () => {
  const { queue, send } = queueOfSessions();
  send('a', '1');
  const counts: (number | undefined)[] = [];
  for (const how of ['closed', 'expired', 'closed'] as const) {
    const session = queue.acceptSession('a', new Holder());
    counts.push(queue.receive('peekLock', session)?.deliveryCount);
    queue.releaseSession(session, how);
  }
  expect(counts).toEqual([0, 0, 1]);
});

test('a session whose lock runs out is taken from its holder, with all it had received', () => {
  const { queue, advance, send } = queueOfSessions();
  send('a', '1', '2');
  const holder = new Holder();
  const session = queue.acceptSession('a', holder);
  const message = queue.receive('peekLock', session);
  const token = message?.lock?.token ?? '';
  advance(MINUTE);
  expect(() => queue.complete(token)).toThrow();
  expect(holder.losses).toBe(1);
  expect(() => queue.heldSession('a')).toThrow(
    expect.objectContaining({ condition: 'com.microsoft:session-lock-lost' }),
  );
  expect(queue.receive('peekLock', session)).toBeUndefined();
  expect(queue.counts()).toMatchObject({ active: 2, locked: 0, sessionLockExpirations: 1, lockExpirations: 1 });
});

test('renewing a session prolongs the locks of its messages', () => {
  const { queue, advance, send } = queueOfSessions();
  send('a', '1');
  const session = queue.acceptSession('a', new Holder());
  const lock = queue.receive('peekLock', session)?.lock;
  advance(MINUTE - 1);
  expect(queue.renewSession(session)).toBe(lock?.lockedUntil);
  advance(MINUTE - 1);
  queue.complete(lock?.token ?? '');
  expect(queue.counts().completed).toBe(1);
});

test('messages that fail too often leave the session to the others', () => {
  const { queue, send } = queueOfSessions(1);
  send('a', 'poison', 'good');
  const session = queue.acceptSession('a', new Holder());
  queue.abandon(queue.receive('peekLock', session)?.lock?.token ?? '');
  expect(queue.receive('peekLock', session)?.content).toBe('good');
  expect(queue.counts().deadLetter).toBe(1);
});

test('of a batch in which one message has no session, none is taken in', () => {
  const { queue, send } = queueOfSessions();
  expect(() => send(undefined, '1')).toThrow(/SessionId was not set/);
  expect(queue.counts().enqueued).toBe(0);
});
