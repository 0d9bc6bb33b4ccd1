import type { ServiceBusClient, ServiceBusSessionReceiver } from '@azure/service-bus';
import { expect, test, vi } from 'vitest';
import { BRIEFLY, connect, only, PATIENTLY, startNamespace } from './namespace.ts';
import { until } from './until.ts';

const SESSIONS = { requiresSession: true, lockDurationMs: 30_000 };

/** Waits until closing has reached the emulator: the client does not wait for the answer. */
async function acceptWhenFree(client: ServiceBusClient, queue: string, id: string): Promise<ServiceBusSessionReceiver> {
  return vi.waitFor(() => client.acceptSession(queue, id), until);
}

test('a named session delivers its own messages in order, and no other receiver gets it meanwhile', async () => {
  const { client, now } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages([
    { body: 1, sessionId: 'A' },
    { body: 2, sessionId: 'B' },
    { body: 3, sessionId: 'A' },
  ]);
  const session = await client.acceptSession('q', 'A');
  expect(session.sessionLockedUntilUtc).toEqual(new Date(now() + 30_000));
  await expect(client.acceptSession('q', 'A')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
  const messages = await session.receiveMessages(2, PATIENTLY);
  expect(messages.map(({ body, sessionId }) => [body, sessionId])).toEqual([
    [1, 'A'],
    [3, 'A'],
  ]);
});

test('ids of sessions do not distinguish upper and lower case', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 1, sessionId: 'Lane-A' });
  await sender.sendMessages({ body: 2, sessionId: 'lane-a' });
  const session = await client.acceptSession('q', 'LANE-A');
  expect(session.sessionId).toBe('LANE-A');
  const messages = await session.receiveMessages(2, PATIENTLY);
  expect(messages.map(({ sessionId }) => sessionId)).toEqual(['Lane-A', 'lane-a']);
  await expect(client.acceptSession('q', 'lane-a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
});

test('the next session is the one whose messages wait longest', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  const sender = client.createSender('q');
  for (const sessionId of ['C', 'A', 'B', 'A']) await sender.sendMessages({ body: 1, sessionId });
  const accepted = [
    await client.acceptNextSession('q'),
    await client.acceptNextSession('q'),
    await client.acceptNextSession('q'),
  ];
  expect(accepted.map(({ sessionId }) => sessionId)).toEqual(['C', 'A', 'B']);
});

test('a receiver that waits for the next session gets it when its first message arrives', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  const accepting = client.acceptNextSession('q');
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'late' });
  const session = await accepting;
  expect(session.sessionId).toBe('late');
  only(await session.receiveMessages(1, PATIENTLY));
});

test('a receiver that waits for the next session in vain gets a timeout', async () => {
  const { emulator } = await startNamespace({ q: SESSIONS });
  const client = connect(emulator, { retryOptions: { maxRetries: 0, timeoutInMs: 500 } });
  await expect(client.acceptNextSession('q')).rejects.toMatchObject({ code: 'ServiceTimeout' });
});

test('a session that is given back can be accepted again, and its unsettled messages were no attempt', async () => {
  const { client, emulator } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'A' });
  const session = await client.acceptNextSession('q');
  only(await session.receiveMessages(1, PATIENTLY));
  await session.close();
  const again = await acceptWhenFree(client, 'q', 'A');
  expect(only(await again.receiveMessages(1, PATIENTLY)).deliveryCount).toBe(0);
  expect(emulator.queue('q').sessionLockExpirations).toBe(0);
});

test('a message that arrives in a held session is delivered to its holder', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  const session = await client.acceptSession('q', 'A');
  const waiting = session.receiveMessages(1, PATIENTLY);
  await client.createSender('q').sendMessages({ body: 'hello', sessionId: 'A' });
  const message = only(await waiting);
  await session.abandonMessage(message);
  expect(only(await session.receiveMessages(1, PATIENTLY)).deliveryCount).toBe(1);
});

test('a session keeps its state until it is cleared', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  const session = await client.acceptSession('q', 'A');
  expect(await session.getSessionState()).toBeNull();
  await session.setSessionState({ step: 1 });
  await session.close();
  const again = await acceptWhenFree(client, 'q', 'A');
  expect(await again.getSessionState()).toEqual({ step: 1 });
  await again.setSessionState(null);
  expect(await again.getSessionState()).toBeNull();
});

test('renewing a session keeps the locks of its messages', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'A' });
  const session = await client.acceptSession('q', 'A', { maxAutoLockRenewalDurationInMs: 0 });
  const message = only(await session.receiveMessages(1, PATIENTLY));
  advance(20_000);
  expect(await session.renewSessionLock()).toEqual(new Date(now() + 30_000));
  advance(20_000);
  await session.completeMessage(message);
  expect(emulator.queue('q')).toMatchObject({ completed: 1, sessionLockExpirations: 0 });
});

test('the client renews a session by itself', async () => {
  const { client, emulator, advance } = await startNamespace({ q: { ...SESSIONS, lockDurationMs: 1_000 } });
  const session = await client.acceptSession('q', 'A');
  const lockedUntil = Number(session.sessionLockedUntilUtc);
  advance(900);
  await vi.waitFor(() => expect(Number(session.sessionLockedUntilUtc)).toBe(lockedUntil + 900), until);
  advance(900);
  await session.setSessionState('still here');
  expect(emulator.queue('q').sessionLockExpirations).toBe(0);
});

test('a session whose lock expired goes to the next receiver, and its old holder gets an error', async () => {
  const { client, emulator, advance } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'A' });
  const session = await client.acceptSession('q', 'A', { maxAutoLockRenewalDurationInMs: 0 });
  const late = only(await session.receiveMessages(1, PATIENTLY));
  advance(30_000);
  const next = await client.acceptNextSession('q');
  expect(only(await next.receiveMessages(1, PATIENTLY)).deliveryCount).toBe(1);
  await expect(session.completeMessage(late)).rejects.toMatchObject({ code: 'SessionLockLost' });
  await expect(session.renewSessionLock()).rejects.toMatchObject({ code: 'SessionLockLost' });
  expect(emulator.queue('q')).toMatchObject({ sessionLockExpirations: 1, lockExpirations: 1, locked: 1 });
});

test('a session is freed when the connection of its holder breaks, and that was no attempt', async () => {
  const { client, emulator } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'A' });
  const session = await client.acceptNextSession('q');
  only(await session.receiveMessages(1, PATIENTLY));
  expect(emulator.dropConnections()).toBe(1);
  const next = await connect(emulator).acceptNextSession('q');
  expect(only(await next.receiveMessages(1, PATIENTLY)).deliveryCount).toBe(0);
});

test('deferred and scheduled messages belong to their session', async () => {
  const { client, emulator, now, advance } = await startNamespace({ q: SESSIONS });
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 'deferred', sessionId: 'A' });
  await sender.scheduleMessages({ body: 'scheduled', sessionId: 'B' }, new Date(now() + 10_000));
  const session = await client.acceptSession('q', 'A');
  const message = only(await session.receiveMessages(1, PATIENTLY));
  await session.deferMessage(message);
  expect(emulator.queue('q')).toMatchObject({ active: 0, deferred: 1, scheduled: 1 });
  const deferred = only(await session.receiveDeferredMessages(message.sequenceNumber ?? []));
  await session.completeMessage(deferred);
  expect((await session.peekMessages(5)).map(({ body }) => body)).toEqual([]);

  const accepting = client.acceptNextSession('q');
  advance(10_000);
  expect((await accepting).sessionId).toBe('B');
  expect(emulator.queue('q')).toMatchObject({ completed: 1, deferred: 0, active: 1 });
});

test('a queue with sessions refuses senders and receivers without one, and the other way round', async () => {
  const { client } = await startNamespace({ q: SESSIONS, plain: {} });
  await expect(client.createSender('q').sendMessages({ body: 1 })).rejects.toThrow(/SessionId was not set/);
  await expect(client.createReceiver('q').receiveMessages(1, BRIEFLY)).rejects.toThrow(/requires sessions/);
  await expect(client.acceptSession('plain', 'A')).rejects.toThrow(/'A'/);
});

test('dead letters of a queue with sessions are received without one', async () => {
  const { client } = await startNamespace({ q: SESSIONS });
  await client.createSender('q').sendMessages({ body: 1, sessionId: 'A' });
  const session = await client.acceptNextSession('q');
  await session.deadLetterMessage(only(await session.receiveMessages(1, PATIENTLY)), {
    deadLetterReason: 'why',
    deadLetterErrorDescription: 'because',
  });
  const dead = only(await client.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(1, PATIENTLY));
  expect(dead).toMatchObject({ sessionId: 'A', deadLetterReason: 'why' });
});

test('workers that take one session after the other empty the queue, each message once and in order', async () => {
  const { client, emulator } = await startNamespace({ q: SESSIONS });
  const messages = Array.from({ length: 160 }, (_, body) => ({ body, sessionId: String(body % 16) }));
  await client.createSender('q').sendMessages(messages);
  const seen = new Map<string, number[]>();
  let turns = 32;
  const work = async (): Promise<void> => {
    while (turns-- > 0) {
      const session = await client.acceptNextSession('q');
      for (const message of await session.receiveMessages(5, PATIENTLY)) {
        seen.set(session.sessionId, [...(seen.get(session.sessionId) ?? []), message.body]);
        await session.completeMessage(message);
      }
      await session.close();
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  for (const [id, bodies] of seen) {
    expect(bodies).toEqual(messages.filter(({ sessionId }) => sessionId === id).map(({ body }) => body));
  }
  expect(emulator.queue('q')).toMatchObject({ active: 0, completed: 160, delivered: 160, redelivered: 0 });
});
