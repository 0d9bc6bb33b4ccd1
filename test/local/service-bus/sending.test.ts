import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { tokensBy } from '../../../local/service-bus/amqp/cbs.ts';
import { BRIEFLY, clientOf, only, PATIENTLY, startNamespace } from './namespace.ts';

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

test.each([
  ['standard', 256 * 1024],
  ['premium', 1024 * 1024],
] as const)(
  'a message that is too large for the tier %s is refused, and the link stays usable',
  async (tier, limit) => {
    const { client, emulator, now } = await startNamespace({ q: {} }, { tier });
    const sender = client.createSender('q');
    expect((await sender.createMessageBatch()).maxSizeInBytes).toBe(limit);
    const large = { body: Buffer.alloc(limit) };
    await expect(sender.sendMessages(large)).rejects.toMatchObject({ code: 'MessageSizeExceeded' });
    const due = new Date(now() + 60_000);
    await expect(sender.scheduleMessages(large, due)).rejects.toMatchObject({ code: 'MessageSizeExceeded' });
    await sender.scheduleMessages({ body: Buffer.alloc(limit - 2_048) }, due);
    await sender.sendMessages({ body: Buffer.alloc(limit - 1_024) });
    expect(emulator.queue('q')).toMatchObject({ active: 1, scheduled: 1 });
  },
);

test("a time to live that is longer than the queue's is the queue's", async () => {
  const { client } = await startNamespace({ q: { timeToLiveMs: 3_600_000 } });
  const days = 24 * 3_600_000;
  const lives = [60_000, 2 * days, 100 * days, undefined];
  await client
    .createSender('q')
    .sendMessages(lives.map((timeToLive) => ({ body: 1, ...(timeToLive && { timeToLive }) })));
  const received = await client.createReceiver('q').receiveMessages(4, PATIENTLY);
  expect(received.map(({ timeToLive }) => timeToLive)).toEqual([60_000, 3_600_000, 3_600_000, 3_600_000]);
});

test('a wrong key is refused, unless any is welcome', async () => {
  const { emulator } = await startNamespace({ q: {} });
  const send = (connection: string) => clientOf(connection).createSender('q').sendMessages({ body: 1 });
  for (const wrong of ['SharedAccessKey=wrong', 'SharedAccessKeyName=other']) {
    const connection = emulator.connectionString.replace(`${wrong.split('=')[0]}=local`, wrong);
    await expect(send(connection)).rejects.toMatchObject({ code: 'UnauthorizedAccess' });
  }
  await send(emulator.connectionString);
  const open = await startNamespace({ q: {} }, { anyKey: true });
  await send(open.emulator.connectionString.replace('SharedAccessKey=local', 'SharedAccessKey=SAS_KEY_VALUE'));
});

test('an expired token is refused', () => {
  const key = { name: 'local', key: 'local' };
  const sign = (se: number) =>
    `SharedAccessSignature sr=q&sig=${encodeURIComponent(createHmac('sha256', 'local').update(`q\n${se}`).digest('base64'))}&se=${se}&skn=local`;
  const check = tokensBy(key, () => 100_000);
  expect(check(sign(101))).toBeUndefined();
  expect(check(sign(100))).toMatch(/expired/);
  expect(check(sign(101).replace('se=101', 'se=999'))).toMatch(/signature/);
  expect(check('a.jwt.token')).toMatch(/not a shared access signature/);
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
  const { client, emulator } = await startNamespace({ q: {} });
  const missing = { code: 'MessagingEntityNotFound', retryable: false };
  await expect(client.createSender('nope').sendMessages({ body: 1 })).rejects.toMatchObject(missing);
  const receiver = client.createReceiver('nope');
  await expect(receiver.receiveMessages(1, BRIEFLY)).rejects.toMatchObject(missing);
  await expect(receiver.peekMessages(1)).rejects.toMatchObject(missing);
  await expect(client.acceptNextSession('nope')).rejects.toMatchObject(missing);
  const where = new RegExp(`'sb://127.0.0.1:${emulator.port}/nope' could not be found.*TrackingId:`);
  await expect(client.createSender('nope').sendMessages({ body: 1 })).rejects.toThrow(where);
});

test('names of queues do not distinguish upper and lower case', async () => {
  const { client, emulator } = await startNamespace({ Plans: {} });
  await client.createSender('pLANS').sendMessages({ body: 1 });
  expect(emulator.queue('plans').active).toBe(1);
});
