import { expect, test, vi } from 'vitest';
import { BRIEFLY, connect, only, PATIENTLY, startNamespace } from './namespace.ts';
import { until } from './until.ts';

/** After this time of the emulator a receiver has lost the message that it was to lose. */
const SOON_MS = 1_000;

test('the next message that is sent can use up its deliveries before any receiver has it', async () => {
  const { client, emulator } = await startNamespace({ q: {}, withSessions: { requiresSession: true } });
  emulator.exhaustNext('q', 'sent');
  const sender = client.createSender('q');
  await sender.sendMessages({ messageId: 'lost', body: 1 });
  await sender.sendMessages({ messageId: 'kept', body: 2 });
  const dead = only(await client.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(1, PATIENTLY));
  expect([dead.body, dead.deadLetterReason, dead.deliveryCount]).toEqual([1, 'MaxDeliveryCountExceeded', 10]);
  expect(only(await client.createReceiver('q').receiveMessages(2, BRIEFLY)).body).toBe(2);
  expect(emulator.queue('q').delivered).toBe(1);

  emulator.exhaustNext('withSessions', 'sent');
  await client.createSender('withSessions').sendMessages({ messageId: 'lost too', sessionId: 's', body: 3 });
  expect(emulator.queue('withSessions')).toMatchObject({ active: 0, deadLetter: 1 });
  expect(emulator.faults().exhausted).toEqual({ q: ['lost'], withSessions: ['lost too'] });
});

test.each([true, false])(
  'a receiver can lose its last delivery while it works (with a session: %s)',
  async (requiresSession) => {
    const { client, emulator, advance } = await startNamespace({ q: { requiresSession } });
    emulator.exhaustNext('q', 'delivered');
    await client.createSender('q').sendMessages({ messageId: 'lost', sessionId: 's', body: 1 });
    const receiver = requiresSession ? await client.acceptSession('q', 's') : client.createReceiver('q');
    only(await receiver.receiveMessages(1, PATIENTLY));
    advance(SOON_MS);
    await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ active: 0, deadLetter: 1 }), until);
    expect(emulator.faults().exhausted.q).toEqual(['lost']);
  },
);

test('a message that is settled before it is lost leaves its place to the next one', async () => {
  const { client, emulator, advance } = await startNamespace({ q: {} });
  emulator.exhaustNext('q', 'delivered');
  const receiver = client.createReceiver('q');
  const sender = client.createSender('q');
  await sender.sendMessages({ messageId: 'quick', body: 1 });
  await receiver.completeMessage(only(await receiver.receiveMessages(1, PATIENTLY)));
  advance(SOON_MS);
  expect(emulator.queue('q')).toMatchObject({ completed: 1, deadLetter: 0 });
  await sender.sendMessages({ messageId: 'slow', body: 2 });
  only(await receiver.receiveMessages(1, PATIENTLY));
  advance(SOON_MS);
  expect(emulator.queue('q')).toMatchObject({ active: 0, deadLetter: 1 });
  expect(emulator.faults().exhausted.q).toEqual(['slow']);
});

test('an outage cuts every connection, and refuses new ones until it ends', async () => {
  const { client, emulator, advance } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  emulator.refuseConnections(60_000);
  await expect(connect(emulator).createSender('q').sendMessages({ body: 2 })).rejects.toThrow('ECONNRESET');
  expect(emulator.faults().refusedConnections).toBeGreaterThan(0);
  advance(60_000);
  await connect(emulator).createSender('q').sendMessages({ body: 3 });
  expect(emulator.queue('q').enqueued).toBe(2);
});

test('requests that are refused as busy are counted', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  emulator.makeBusy({ queue: 'q', traffic: 'send', count: 1 });
  await expect(client.createSender('q').sendMessages({ body: 1 })).rejects.toThrow('throttled');
  expect(emulator.faults().busy).toBe(1);
});
