import { expect, test } from 'vitest';
import { BRIEFLY, only, PATIENTLY, startNamespace } from './namespace.ts';

const MINUTE = 60_000;

test('a scheduled message becomes available at its time, with a new sequence number', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  const at = new Date(now() + MINUTE);
  const [first, second] = await sender.scheduleMessages([{ body: 'one' }, { body: 'two' }], at);
  expect([Number(first), Number(second)]).toEqual([1, 2]);
  const receiver = client.createReceiver('q');
  expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([]);
  expect(emulator.queue('q')).toMatchObject({ active: 0, scheduled: 2 });

  const waiting = receiver.receiveMessages(2, PATIENTLY);
  advance(MINUTE);
  const received = await waiting;
  expect(received.map(({ body }) => body)).toEqual(['one', 'two']);
  expect(received.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual([3, 4]);
  expect(received.map(({ enqueuedTimeUtc }) => enqueuedTimeUtc)).toEqual([at, at]);
});

test('a message can carry its time with it', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: {} });
  const at = new Date(now() + MINUTE);
  await client.createSender('q').sendMessages([{ body: 'later', scheduledEnqueueTimeUtc: at }, { body: 'now' }]);
  const receiver = client.createReceiver('q');
  const first = only(await receiver.receiveMessages(1, PATIENTLY));
  expect(first.body).toBe('now');
  await receiver.completeMessage(first);
  expect(emulator.queue('q').scheduled).toBe(1);
  const waiting = receiver.receiveMessages(1, PATIENTLY);
  advance(MINUTE);
  expect(only(await waiting)).toMatchObject({ body: 'later', scheduledEnqueueTimeUtc: at, state: 'scheduled' });
});

test('a canceled message never becomes available, and cannot be canceled twice', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], new Date(now() + MINUTE));
  await sender.cancelScheduledMessages(numbers[0] ?? []);
  advance(MINUTE);
  expect(emulator.queue('q')).toMatchObject({ active: 1, scheduled: 0, canceled: 1 });
  await expect(sender.cancelScheduledMessages(numbers)).rejects.toMatchObject({ code: 'MessageNotFound' });
});

test('a message that outlives its time is dropped', async () => {
  const { client, emulator, advance } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages([{ body: 'short', timeToLive: MINUTE }, { body: 'long' }]);
  advance(MINUTE);
  expect(emulator.queue('q')).toMatchObject({ active: 1, expired: 1, deadLetter: 0 });
  expect(only(await client.createReceiver('q').receiveMessages(2, BRIEFLY)).body).toBe('long');
});

test('a message that outlives its time, or its queue allows, is dead-lettered where the queue says so', async () => {
  const settings = { deadLetterExpired: true, timeToLiveMs: 2 * MINUTE };
  const { client, emulator, advance } = await startNamespace({ q: settings });
  await client.createSender('q').sendMessages([
    { body: 'own', timeToLive: MINUTE },
    { body: 'queue', timeToLive: 9 * MINUTE },
  ]);
  advance(MINUTE);
  expect(emulator.queue('q')).toMatchObject({ active: 1, deadLetter: 1 });
  advance(MINUTE);
  const dead = await client.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(2, PATIENTLY);
  expect(dead.map(({ body, deadLetterReason }) => [body, deadLetterReason])).toEqual([
    ['own', 'TTLExpiredException'],
    ['queue', 'TTLExpiredException'],
  ]);
});

test('a locked message can still be completed after its time to live', async () => {
  const { client, emulator, advance } = await startNamespace({ q: { lockDurationMs: 5 * MINUTE } });
  await client.createSender('q').sendMessages({ body: 1, timeToLive: MINUTE });
  const receiver = client.createReceiver('q');
  const message = only(await receiver.receiveMessages(1, PATIENTLY));
  advance(2 * MINUTE);
  await receiver.completeMessage(message);
  expect(emulator.queue('q')).toMatchObject({ completed: 1, expired: 0 });
});
