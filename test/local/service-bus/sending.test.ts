import { expect, test } from 'vitest';
import { BRIEFLY, only, PATIENTLY, startNamespace } from './namespace.ts';

test('messages arrive in the order in which they were sent, one by one, as an array or as a batch', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 0 });
  await sender.sendMessages([{ body: 1 }, { body: 2 }]);
  const batch = await sender.createMessageBatch();
  expect(batch.tryAddMessage({ body: 3 }) && batch.tryAddMessage({ body: 4 })).toBe(true);
  await sender.sendMessages(batch);

  const received = await client.createReceiver('q').receiveMessages(5, PATIENTLY);
  expect(received.map(({ body }) => body)).toEqual([0, 1, 2, 3, 4]);
  expect(received.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual([1, 2, 3, 4, 5]);
  expect(emulator.queue('q')).toMatchObject({ active: 5, locked: 5, enqueued: 5, delivered: 5, redelivered: 0 });
});

test('everything that a sender sets reaches the receiver unchanged', async () => {
  const { client, now } = await startNamespace({ q: {} });
  const message = {
    body: { list: [1, 'two', null], nested: { yes: true } },
    contentType: 'application/json',
    correlationId: 'correlation',
    messageId: 'message',
    partitionKey: 'partition',
    replyTo: 'reply',
    replyToSessionId: 'replySession',
    subject: 'subject',
    timeToLive: 3_600_000,
    to: 'to',
    applicationProperties: {
      text: 'ü',
      number: -7,
      fraction: 1.5,
      large: 2 ** 40,
      flag: false,
      none: null,
    },
  };
  await client.createSender('q').sendMessages(message);
  const received = only(await client.createReceiver('q').receiveMessages(1, PATIENTLY));
  expect(received).toMatchObject(message);
  expect(received).toMatchObject({ deliveryCount: 0, state: 'active', enqueuedTimeUtc: new Date(now()) });
  expect(received.lockedUntilUtc).toEqual(new Date(now() + 60_000));
});

test('bodies may be bytes, values, sequences and large', async () => {
  const { client } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  const large = 'x'.repeat(250_000);
  await sender.sendMessages({ body: Buffer.from([0, 1, 255]) });
  await sender.sendMessages({ bodyType: 'value', body: { a: [1, 2] } });
  await sender.sendMessages({
    bodyType: 'sequence',
    body: [
      [1, 'a'],
      [2, 'b'],
    ],
  });
  await sender.sendMessages({ body: large });
  const received = await client.createReceiver('q').receiveMessages(4, PATIENTLY);
  expect(received.map(({ body }) => body)).toEqual([
    Buffer.from([0, 1, 255]),
    { a: [1, 2] },
    [
      [1, 'a'],
      [2, 'b'],
    ],
    large,
  ]);
});

test('a message without an id gets one', async () => {
  const { client } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 'anonymous' });
  const received = only(await client.createReceiver('q').receiveMessages(1, PATIENTLY));
  expect(received.messageId).toMatch(/^[0-9a-f]{32}$/);
});

test('a duplicate within the window is accepted and dropped, also inside a batch', async () => {
  const { client, emulator, advance } = await startNamespace({ q: { duplicateWindowMs: 60_000 } });
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 'first', messageId: 'a' });
  await sender.sendMessages([
    { body: 'again', messageId: 'a' },
    { body: 'other', messageId: 'b' },
  ]);
  expect(emulator.queue('q')).toMatchObject({ active: 2, enqueued: 2, duplicatesDropped: 1 });
  advance(60_000);
  await sender.sendMessages({ body: 'later', messageId: 'a' });
  const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
  const received = await receiver.receiveMessages(3, PATIENTLY);
  expect(received.map(({ body }) => body)).toEqual(['first', 'other', 'later']);
});

test('a message that is too large is refused, and the link stays usable', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  await expect(sender.sendMessages({ body: 'x'.repeat(1_100_000) })).rejects.toMatchObject({
    code: 'MessageSizeExceeded',
  });
  await sender.sendMessages({ body: 'small' });
  expect(emulator.queue('q').enqueued).toBe(1);
});

test('accepted and refused messages on the way at the same time each get their own answer', async () => {
  const { client, emulator } = await startNamespace({ q: { requiresSession: true } });
  const sender = client.createSender('q');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) =>
      sender.sendMessages({ body: index, ...(index % 3 === 0 ? {} : { sessionId: 's' }) }),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(
    Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect(emulator.queue('q').enqueued).toBe(26);
});

test('a queue that does not exist is reported as such by every kind of link', async () => {
  const { client } = await startNamespace({ q: {} });
  const missing = { code: 'MessagingEntityNotFound', retryable: false };
  await expect(client.createSender('nope').sendMessages({ body: 1 })).rejects.toMatchObject(missing);
  const receiver = client.createReceiver('nope');
  await expect(receiver.receiveMessages(1, BRIEFLY)).rejects.toMatchObject(missing);
  await expect(receiver.peekMessages(1)).rejects.toMatchObject(missing);
  await expect(client.acceptNextSession('nope')).rejects.toMatchObject(missing);
});

test('names of queues do not distinguish upper and lower case', async () => {
  const { client, emulator } = await startNamespace({ Plans: {} });
  await client.createSender('pLANS').sendMessages({ body: 1 });
  expect(emulator.queue('plans').active).toBe(1);
});
