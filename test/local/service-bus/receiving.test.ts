import { expect, test, vi } from 'vitest';
import { BRIEFLY, only, PATIENTLY, startNamespace, WITHIN_MS } from './namespace.ts';
import { until } from './until.ts';

test('a message that is received and deleted is gone at once', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
  const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
  expect(await receiver.receiveMessages(2, PATIENTLY)).toHaveLength(2);
  expect(emulator.queue('q')).toMatchObject({ active: 0, locked: 0, completed: 2 });
});

test('a locked message is not delivered to another receiver', async () => {
  const { client } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  only(await client.createReceiver('q').receiveMessages(1, PATIENTLY));
  expect(await client.createReceiver('q').receiveMessages(1, BRIEFLY)).toEqual([]);
});

test('a waiting receiver gets a message as soon as it is sent', async () => {
  const { client } = await startNamespace({ q: {} });
  const receiving = client.createReceiver('q').receiveMessages(1, PATIENTLY);
  await client.createSender('q').sendMessages({ body: 'now' });
  expect(only(await receiving).body).toBe('now');
});

test('a receiver gets no more messages than it asked for', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
  const receiver = client.createReceiver('q');
  expect(await receiver.receiveMessages(2, PATIENTLY)).toHaveLength(2);
  expect(emulator.queue('q')).toMatchObject({ locked: 2, active: 3 });
});

test('credit that a receiver takes back is not used afterwards', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const receiver = client.createReceiver('q');
  expect(await receiver.receiveMessages(5, BRIEFLY)).toEqual([]);
  await client.createSender('q').sendMessages({ body: 1 });
  expect(emulator.queue('q')).toMatchObject({ active: 1, locked: 0 });
  only(await receiver.receiveMessages(1, PATIENTLY));
});

// The client gives the emulator 200 ms to take credit back, and closes its link when a busy machine takes longer.
test('many short receives beside a busy sender lose nothing', { retry: 2 }, async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  const receiver = client.createReceiver('q');
  const bodies = Array.from({ length: 120 }, (_, index) => index);
  const sending = (async () => {
    for (const body of bodies) await sender.sendMessages({ body });
  })();
  const seen: number[] = [];
  let lastAt = performance.now();
  while (seen.length < bodies.length && performance.now() - lastAt < WITHIN_MS) {
    for (const message of await receiver.receiveMessages(5, { maxWaitTimeInMs: 10 })) {
      expect(message.deliveryCount).toBe(0);
      seen.push(message.body);
      await receiver.completeMessage(message);
      lastAt = performance.now();
    }
  }
  await sending;
  expect(seen).toEqual(bodies);
  expect(emulator.queue('q')).toMatchObject({ active: 0, delivered: 120, completed: 120 });
});

test('a subscription completes what its handler finishes and abandons what it does not', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const receiver = client.createReceiver('q');
  const errors: string[] = [];
  // One at a time: the client sends one outcome for neighbouring messages that are settled in the same tick.
  receiver.subscribe({
    processMessage: async (message) => {
      if (message.body === 2 && message.deliveryCount === 0) throw new Error('not yet');
    },
    processError: async ({ errorSource }) => {
      errors.push(errorSource);
    },
  });
  await client.createSender('q').sendMessages([1, 2, 3, 4, 5].map((body) => ({ body })));
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ active: 0, completed: 5 }), until);
  expect(emulator.queue('q')).toMatchObject({ delivered: 6, redelivered: 1, abandoned: 1 });
  expect(errors).toEqual(['processMessageCallback']);
});

test('several receivers share the messages of a queue', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const perReceiver = [0, 0, 0];
  perReceiver.forEach((_, index) => {
    client.createReceiver('q').subscribe({
      processMessage: async () => {
        perReceiver[index] = (perReceiver[index] ?? 0) + 1;
      },
      processError: async () => {},
    });
  });
  const sender = client.createSender('q');
  for (let round = 0; round < 20; round++) await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
  await vi.waitFor(() => expect(emulator.queue('q').completed).toBe(60), until);
  expect(Math.min(...perReceiver)).toBeGreaterThan(0);
});

test('more messages than a session can hold unsettled are delivered as they are settled', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  for (let round = 0; round < 5; round++) {
    await sender.sendMessages(Array.from({ length: 500 }, (_, index) => ({ body: index })));
  }
  const receiver = client.createReceiver('q');
  let received = 0;
  while (received < 2500) {
    const messages = await receiver.receiveMessages(2000, PATIENTLY);
    received += messages.length;
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
  }
  expect(emulator.queue('q')).toMatchObject({ active: 0, completed: 2500, redelivered: 0 });
});

test('peeking shows messages in every state, from a sequence number on, and locks none', async () => {
  const { client, emulator, now } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  await sender.sendMessages([{ body: 'locked' }, { body: 'deferred' }, { body: 'active' }]);
  await sender.scheduleMessages({ body: 'scheduled' }, new Date(now() + 60_000));
  const receiver = client.createReceiver('q');
  const [, second] = await receiver.receiveMessages(2, PATIENTLY);
  if (second !== undefined) await receiver.deferMessage(second);

  const first = await receiver.peekMessages(2);
  const rest = await receiver.peekMessages(10);
  expect([...first, ...rest].map(({ body, state }) => [body, state])).toEqual([
    ['locked', 'active'],
    ['deferred', 'deferred'],
    ['active', 'active'],
    ['scheduled', 'scheduled'],
  ]);
  expect(await receiver.peekMessages(10)).toEqual([]);
  expect(emulator.queue('q')).toMatchObject({ active: 2, locked: 1, deferred: 1, scheduled: 1 });
});
