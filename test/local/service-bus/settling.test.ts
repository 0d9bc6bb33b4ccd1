import { expect, test } from 'vitest';
import { BRIEFLY, only, PATIENTLY, startNamespace } from './namespace.ts';

test('a completed message is gone', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  await receiver.completeMessage(only(await receiver.receiveMessages(1, PATIENTLY)));
  expect(emulator.queue('q')).toMatchObject({ active: 0, locked: 0, completed: 1 });
});

test('an abandoned message comes back, counted, with the changed properties', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1, applicationProperties: { kept: 'yes', changed: 1 } });
  const receiver = client.createReceiver('q');
  await receiver.abandonMessage(only(await receiver.receiveMessages(1, PATIENTLY)), { changed: 2, added: 'x' });
  const again = only(await receiver.receiveMessages(1, PATIENTLY));
  expect(again.deliveryCount).toBe(1);
  expect(again.applicationProperties).toEqual({ kept: 'yes', changed: 2, added: 'x' });
  expect(emulator.queue('q')).toMatchObject({ abandoned: 1, redelivered: 1 });
});

test('an abandoned message takes its old place in the order', async () => {
  const { client } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
  const receiver = client.createReceiver('q');
  const [first] = await receiver.receiveMessages(2, PATIENTLY);
  if (first !== undefined) await receiver.abandonMessage(first);
  expect((await receiver.receiveMessages(2, PATIENTLY)).map(({ body }) => body)).toEqual([1, 3]);
});

test('a deferred message is only received by its sequence number', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 'later' });
  const receiver = client.createReceiver('q');
  const message = only(await receiver.receiveMessages(1, PATIENTLY));
  await receiver.deferMessage(message, { why: 'early' });
  expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([]);
  expect(emulator.queue('q')).toMatchObject({ active: 0, deferred: 1, locked: 0, deferrals: 1 });

  const sequenceNumber = message.sequenceNumber;
  if (sequenceNumber === undefined) throw new Error('no sequence number');
  const deferred = only(await receiver.receiveDeferredMessages(sequenceNumber));
  expect(deferred).toMatchObject({ body: 'later', state: 'deferred', applicationProperties: { why: 'early' } });
  expect(deferred.deliveryCount).toBe(1);
  await expect(receiver.receiveDeferredMessages(sequenceNumber)).rejects.toMatchObject({ code: 'MessageNotFound' });
  await receiver.completeMessage(deferred);
  expect(emulator.queue('q')).toMatchObject({ active: 0, deferred: 0, completed: 1 });
});

test('a dead-lettered message waits in the dead-letter queue with its reason', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1, applicationProperties: { mine: 1 } });
  const receiver = client.createReceiver('q');
  await receiver.deadLetterMessage(only(await receiver.receiveMessages(1, PATIENTLY)), {
    deadLetterReason: 'why',
    deadLetterErrorDescription: 'because',
    extra: 7,
  });
  expect(emulator.queue('q')).toMatchObject({ active: 0, deadLetter: 1, deadLettered: 1 });

  const deadLetters = client.createReceiver('q', { subQueueType: 'deadLetter' });
  const dead = only(await deadLetters.receiveMessages(1, PATIENTLY));
  expect(dead).toMatchObject({ body: 1, deadLetterReason: 'why', deadLetterErrorDescription: 'because' });
  expect(dead.applicationProperties).toMatchObject({ mine: 1, extra: 7 });
  await deadLetters.completeMessage(dead);
  expect(emulator.queue('q').deadLetter).toBe(0);
});

test('a dead letter cannot be dead-lettered, and is not counted when it is abandoned', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  await receiver.deadLetterMessage(only(await receiver.receiveMessages(1, PATIENTLY)));
  const deadLetters = client.createReceiver('q', { subQueueType: 'deadLetter' });
  const dead = only(await deadLetters.receiveMessages(1, PATIENTLY));
  await expect(deadLetters.deadLetterMessage(dead)).rejects.toMatchObject({ code: 'GeneralError' });
  emulator.expireLocks('q');
  await deadLetters.abandonMessage(only(await deadLetters.receiveMessages(1, PATIENTLY)));
  expect(only(await deadLetters.receiveMessages(1, PATIENTLY)).deliveryCount).toBe(0);
});

test('the dead-letter queue of what could not be forwarded is there, and empty', async () => {
  const { client } = await startNamespace({ q: {} });
  const receiver = client.createReceiver('q', { subQueueType: 'transferDeadLetter' });
  expect(await receiver.peekMessages(1)).toEqual([]);
  expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([]);
});

test('a message that was delivered too often is dead-lettered', async () => {
  const { client, emulator } = await startNamespace({ q: { maxDeliveryCount: 3 } });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  for (const deliveryCount of [0, 1, 2]) {
    const message = only(await receiver.receiveMessages(1, PATIENTLY));
    expect(message.deliveryCount).toBe(deliveryCount);
    await receiver.abandonMessage(message);
  }
  const dead = only(await client.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(1, PATIENTLY));
  expect(dead.deadLetterReason).toBe('MaxDeliveryCountExceeded');
  expect(emulator.queue('q/$DeadLetterQueue')).toMatchObject({ active: 1, locked: 1 });
});

test('a message whose lock ran out is delivered again, and the late settlement fails', async () => {
  const { client, emulator, advance } = await startNamespace({ q: { lockDurationMs: 10_000 } });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
  const late = only(await receiver.receiveMessages(1, PATIENTLY));
  advance(10_000);
  await expect(receiver.completeMessage(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
  const again = only(await receiver.receiveMessages(1, PATIENTLY));
  expect(again.deliveryCount).toBe(1);
  await receiver.completeMessage(again);
  expect(emulator.queue('q')).toMatchObject({ active: 0, lockExpirations: 1, redelivered: 1 });
});

test('a receiver that waits gets a message when its lock runs out', async () => {
  const { client, advance } = await startNamespace({ q: { lockDurationMs: 10_000 } });
  await client.createSender('q').sendMessages({ body: 1 });
  only(await client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 }).receiveMessages(1, PATIENTLY));
  const waiting = client.createReceiver('q').receiveMessages(1, PATIENTLY);
  advance(10_000);
  expect(only(await waiting).deliveryCount).toBe(1);
});

test('a lock that is renewed by hand lasts longer', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: { lockDurationMs: 10_000 } });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
  const message = only(await receiver.receiveMessages(1, PATIENTLY));
  advance(6_000);
  expect(await receiver.renewMessageLock(message)).toEqual(new Date(now() + 10_000));
  advance(6_000);
  await receiver.completeMessage(message);
  expect(emulator.queue('q').lockExpirations).toBe(0);
  await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
});

test('the client renews a lock by itself', async () => {
  const { client, emulator, advance } = await startNamespace({ q: { lockDurationMs: 1_000 } });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  const message = only(await receiver.receiveMessages(1, PATIENTLY));
  const lockedUntil = Number(message.lockedUntilUtc);
  advance(900);
  await expect.poll(() => Number(message.lockedUntilUtc), { timeout: 20_000, interval: 10 }).toBe(lockedUntil + 900);
  advance(900);
  await receiver.completeMessage(message);
  expect(emulator.queue('q')).toMatchObject({ completed: 1, lockExpirations: 0 });
});

test('a message can be settled after its receiver was closed', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }, { body: 4 }]);
  const closed = client.createReceiver('q');
  const [first, second, third, fourth] = await closed.receiveMessages(4, PATIENTLY);
  await closed.close();
  if (!first || !second || !third || !fourth) throw new Error('four messages were sent');
  const receiver = client.createReceiver('q');
  await receiver.completeMessage(first);
  await receiver.abandonMessage(second, { seen: true });
  await receiver.deferMessage(third);
  await receiver.deadLetterMessage(fourth, { deadLetterReason: 'why', deadLetterErrorDescription: 'because' });
  expect(emulator.queue('q')).toMatchObject({ completed: 1, abandoned: 1, deferred: 1, deadLetter: 1, locked: 0 });
  expect(only(await receiver.receiveMessages(1, PATIENTLY)).applicationProperties).toEqual({ seen: true });
});

test('different outcomes, one after the other, are applied to the right messages', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages(Array.from({ length: 9 }, (_, body) => ({ body })));
  const receiver = client.createReceiver('q');
  const messages = await receiver.receiveMessages(9, PATIENTLY);
  for (const message of messages) {
    if (message.body % 3 === 0) await receiver.completeMessage(message);
    else if (message.body % 3 === 1) await receiver.deferMessage(message);
    else
      await receiver.deadLetterMessage(message, {
        deadLetterReason: String(message.body),
        deadLetterErrorDescription: 'because',
      });
  }
  expect(emulator.queue('q')).toMatchObject({ completed: 3, deferred: 3, deadLetter: 3, active: 0 });
  const dead = await client.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(3, PATIENTLY);
  expect(dead.map(({ deadLetterReason }) => deadLetterReason)).toEqual(['2', '5', '8']);
});

test('settlements of which some come too late each get their own answer', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages(Array.from({ length: 10 }, (_, body) => ({ body })));
  const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
  const late = await receiver.receiveMessages(5, PATIENTLY);
  emulator.expireLocks('q');
  const fresh = await receiver.receiveMessages(5, PATIENTLY);
  const mixed = [...late, ...fresh];
  const outcomes = await Promise.allSettled(mixed.map((message) => receiver.completeMessage(message)));
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...late.map(() => 'rejected'),
    ...fresh.map(() => 'fulfilled'),
  ]);
  expect(emulator.queue('q')).toMatchObject({ completed: 5, active: 5, lockExpirations: 5 });
});
