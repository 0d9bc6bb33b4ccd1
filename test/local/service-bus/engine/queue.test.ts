import { expect, test } from 'vitest';
import type { NewMessage } from '../../../../local/service-bus/engine/message.ts';
import type { QueueSettings } from '../../../../local/service-bus/settings.ts';
import { newMessage, testQueue } from './testQueue.ts';

const MINUTE = 60_000;

function queueOf(settings: Partial<QueueSettings> = {}) {
  const { queue, now, advance } = testQueue(settings);
  return {
    queue,
    now,
    advance,
    send: (...contents: string[]) => queue.send(contents.map((content) => message(content))),
    receive: () => {
      const received = queue.receive('peekLock');
      if (received?.lock === undefined) throw new Error('There is no message.');
      return { content: received.content, token: received.lock.token, received };
    },
  };
}

/** A message whose id is its content. */
function message(content: string, more: Partial<NewMessage<string>> = {}): NewMessage<string> {
  return newMessage(content, { messageId: content, ...more });
}

test('messages are delivered in the order of their sequence numbers', () => {
  const { queue, send, receive } = queueOf();
  expect(send('a', 'b', 'c')).toEqual([1, 2, 3]);
  expect([receive().content, receive().content, receive().content]).toEqual(['a', 'b', 'c']);
  expect(queue.receive('peekLock')).toBeUndefined();
});

test('a lock ends exactly after its duration', () => {
  const { queue, advance, send, receive } = queueOf({ lockDurationMs: MINUTE });
  send('a', 'b');
  const [first, second] = [receive(), receive()];
  advance(MINUTE - 1);
  queue.complete(first.token);
  advance(1);
  expect(() => queue.complete(second.token)).toThrow(/lock supplied is invalid/);
  expect(queue.counts()).toMatchObject({ active: 1, locked: 0, completed: 1, lockExpirations: 1 });
});

test('a lock token is good for one settlement', () => {
  const { queue, send, receive } = queueOf();
  send('a');
  const { token } = receive();
  queue.complete(token);
  for (const settle of [() => queue.complete(token), () => queue.abandon(token), () => queue.defer(token)]) {
    expect(settle).toThrow(expect.objectContaining({ condition: 'com.microsoft:message-lock-lost' }));
  }
});

test('renewal counts from the time of renewal', () => {
  const { queue, now, advance, send, receive } = queueOf({ lockDurationMs: MINUTE });
  send('a');
  const { token } = receive();
  advance(40_000);
  expect(queue.renewLock(token)).toBe(now() + MINUTE);
  advance(40_000);
  queue.complete(token);
  expect(queue.counts().lockExpirations).toBe(0);
});

test('messages whose locks run out come back before newer ones', () => {
  const { advance, send, receive } = queueOf({ lockDurationMs: MINUTE });
  send('a', 'b', 'c', 'd');
  receive();
  receive();
  advance(MINUTE);
  expect([receive().content, receive().content, receive().content]).toEqual(['a', 'b', 'c']);
});

test('everything that was locked can be made to run out at once', () => {
  const { queue, send, receive } = queueOf();
  send('a', 'b');
  const { token } = receive();
  queue.expireLocks();
  expect(() => queue.complete(token)).toThrow();
  expect(queue.counts()).toMatchObject({ active: 2, locked: 0, lockExpirations: 1 });
});

test('the last allowed delivery that fails is followed by the dead-letter queue', () => {
  const { queue, advance, send, receive } = queueOf({ maxDeliveryCount: 2, lockDurationMs: MINUTE });
  send('a');
  queue.abandon(receive().token);
  receive();
  advance(MINUTE);
  expect(queue.counts()).toMatchObject({ active: 0, deadLetter: 1, deadLettered: 1 });
  const dead = queue.deadLetters?.receive('peekLock');
  expect(dead).toMatchObject({
    content: 'a',
    deliveryCount: 2,
    originalSequenceNumber: 1,
    properties: { DeadLetterReason: 'MaxDeliveryCountExceeded' },
  });
});

test('a dead letter stays in the dead-letter queue, however often it is given back, and nothing of it is counted', () => {
  const { queue, advance, send, receive } = queueOf({ maxDeliveryCount: 1, lockDurationMs: MINUTE });
  send('a');
  queue.deadLetter(receive().token, { reason: 'why' });
  const { deadLetters } = queue;
  const token = (): string => deadLetters?.receive('peekLock')?.lock?.token ?? '';
  deadLetters?.abandon(token());
  token();
  advance(MINUTE);
  const kept = token();
  expect(() => deadLetters?.deadLetter(kept, { reason: 'again' })).toThrow(/dead-letter queue/);
  deadLetters?.defer(kept);
  expect(deadLetters?.peek(0, 9)).toMatchObject([{ state: 'deferred', deliveryCount: 0 }]);
  expect(queue.counts().deadLetter).toBe(0);
});

test('a delivery counts that was abandoned or deferred, but not one that was released', () => {
  const { queue, send, receive } = queueOf({});
  send('a');
  queue.release(receive().token);
  queue.abandon(receive().token);
  queue.defer(receive().token);
  expect(queue.peek(0, 9)).toMatchObject([{ deliveryCount: 2 }]);
  expect(queue.counts()).toMatchObject({ released: 1, abandoned: 1, deferrals: 1 });
});

test("a message's time to live is the queue's when that is shorter, or when it has none", () => {
  const { queue } = queueOf({ timeToLiveMs: MINUTE });
  const message = { content: 'a', messageId: undefined, sessionId: undefined, scheduledAt: undefined };
  queue.send([undefined, 1000, 2 * MINUTE].map((timeToLiveMs) => ({ ...message, timeToLiveMs })));
  expect(queue.peek(0, 9).map(({ timeToLiveMs }) => timeToLiveMs)).toEqual([MINUTE, 1000, MINUTE]);
});

test('a deferred message whose lock runs out is deferred again', () => {
  const { queue, advance, send, receive } = queueOf({ lockDurationMs: MINUTE });
  send('a');
  queue.defer(receive().token);
  queue.receiveDeferred([1], 'peekLock');
  expect(() => queue.receiveDeferred([1], 'peekLock')).toThrow(/does not exist/);
  advance(MINUTE);
  expect(queue.counts()).toMatchObject({ active: 0, deferred: 1, locked: 0 });
  queue.receiveDeferred([1], 'receiveAndDelete');
  expect(queue.counts()).toMatchObject({ deferred: 0, completed: 1 });
});

test('of several deferred messages all are received, or none', () => {
  const { queue, send, receive } = queueOf();
  send('a', 'b');
  queue.defer(receive().token);
  expect(() => queue.receiveDeferred([1, 2], 'peekLock')).toThrow(expect.objectContaining({ status: 404 }));
  expect(queue.counts().locked).toBe(0);
});

test('of several scheduled messages all are canceled, or none', () => {
  const { queue, now } = queueOf();
  const scheduledAt = now() + MINUTE;
  queue.send([message('a', { scheduledAt }), message('b', { scheduledAt })]);
  expect(() => queue.cancelScheduled([1, 9])).toThrow(expect.objectContaining({ status: 404 }));
  queue.cancelScheduled([1, 2, 2]);
  expect(queue.counts()).toMatchObject({ scheduled: 0, canceled: 2 });
});

test('scheduled messages become available in the order of their times', () => {
  const { queue, now, advance, receive } = queueOf();
  queue.send([3, 1, 2].map((minutes) => message(`${minutes}`, { scheduledAt: now() + minutes * MINUTE })));
  advance(3 * MINUTE);
  expect([receive().content, receive().content, receive().content]).toEqual(['1', '2', '3']);
});

test('the time to live of a scheduled message starts when it becomes available', () => {
  const { queue, now, advance } = queueOf();
  queue.send([message('a', { scheduledAt: now() + MINUTE, timeToLiveMs: MINUTE })]);
  advance(2 * MINUTE - 1);
  expect(queue.counts()).toMatchObject({ active: 1, expired: 0 });
  advance(1);
  expect(queue.counts()).toMatchObject({ active: 0, expired: 1 });
});

test('a message that is returned after its time to live expires', () => {
  const { queue, advance, receive } = queueOf({ deadLetterExpired: true, lockDurationMs: 5 * MINUTE });
  queue.send([message('a', { timeToLiveMs: MINUTE })]);
  const { token } = receive();
  advance(2 * MINUTE);
  queue.abandon(token);
  expect(queue.counts()).toMatchObject({ active: 0, deadLetter: 1 });
});

test('an id is remembered from its first message on, not from the last duplicate', () => {
  const { queue, advance, send } = queueOf({ duplicateWindowMs: MINUTE });
  send('a');
  advance(40_000);
  expect(send('a')).toEqual([undefined]);
  advance(20_000);
  expect(send('a')).toEqual([2]);
  expect(queue.counts()).toMatchObject({ enqueued: 2, duplicatesDropped: 1 });
});

test('peeking continues from any sequence number, over gaps', () => {
  const { queue, send } = queueOf();
  for (let round = 0; round < 300; round++) send('w', 'x', 'y', 'z');
  for (let round = 0; round < 1198; round++) queue.receive('receiveAndDelete');
  send('last');
  expect(queue.peek(0, 2).map(({ sequenceNumber }) => sequenceNumber)).toEqual([1199, 1200]);
  expect(queue.peek(1201, 9).map(({ content }) => content)).toEqual(['last']);
});

test('an observer hears of every message that becomes available', () => {
  const { queue, advance, now, send, receive } = queueOf({ lockDurationMs: MINUTE });
  let available = 0;
  queue.observe({ messageAvailable: () => available++, sessionAvailable: () => {} });
  send('a');
  queue.abandon(receive().token);
  receive();
  queue.send([message('b', { scheduledAt: now() + MINUTE })]);
  expect(available).toBe(2);
  advance(MINUTE);
  queue.advance();
  expect(available).toBe(4);
});
