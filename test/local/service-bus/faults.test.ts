import { connect as connectSocket, type Socket } from 'node:net';
import type { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BRIEFLY, connect, only, PATIENTLY, startNamespace } from './namespace.ts';
import { until } from './until.ts';

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    onTestFinished(() => {
      socket.destroy();
    });
  });
}

/** The bodies that a client receives from now on. */
function receivedBy(client: ServiceBusClient): readonly unknown[] {
  const bodies: unknown[] = [];
  client.createReceiver('q').subscribe({
    processMessage: async ({ body }) => {
      bodies.push(body);
    },
    processError: async () => {},
  });
  return bodies;
}

test('a client continues after its connection was dropped', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  const bodies = receivedBy(client);
  await sender.sendMessages({ body: 1 });
  await vi.waitFor(() => expect(emulator.queue('q').completed).toBe(1), until);
  expect(emulator.dropConnections()).toBe(1);
  // From another client: what this one sends before it has noticed the loss is only sent again after its time-out.
  await connect(emulator).createSender('q').sendMessages({ body: 2 });
  await vi.waitFor(() => expect(bodies).toEqual([1, 2]), until);
  await sender.sendMessages({ body: 3 });
  await vi.waitFor(() => expect(bodies).toEqual([1, 2, 3]), until);
});

test('what a vanished client had locked is delivered again when the lock runs out, and not before', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  only(await client.createReceiver('q').receiveMessages(1, PATIENTLY));
  emulator.dropConnections();
  const receiver = connect(emulator).createReceiver('q');
  const receiving = receiver.receiveMessages(1, PATIENTLY);
  expect(emulator.queue('q')).toMatchObject({ locked: 1, active: 1 });
  emulator.expireLocks('q');
  expect(only(await receiving).deliveryCount).toBe(1);
});

test('messages are not given to the receivers of a vanished client', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  client.createReceiver('q').subscribe({ processMessage: async () => {}, processError: async () => {} });
  const other = connect(emulator);
  await other.createSender('q').sendMessages({ body: 1 });
  await vi.waitFor(() => expect(emulator.queue('q').completed).toBe(1), until);
  await client.close();
  await other.createSender('q').sendMessages({ body: 2 });
  expect(only(await other.createReceiver('q').receiveMessages(1, PATIENTLY))).toMatchObject({
    body: 2,
    deliveryCount: 0,
  });
});

test('locks of all queues can be made to run out', async () => {
  const { client, emulator } = await startNamespace({ plain: {}, other: {}, sessions: { requiresSession: true } });
  for (const queue of ['plain', 'other']) {
    await client.createSender(queue).sendMessages({ body: 1 });
    only(await client.createReceiver(queue).receiveMessages(1, PATIENTLY));
  }
  await client.acceptSession('sessions', 'A');
  emulator.expireLocks('plain');
  expect(emulator.queue('plain').lockExpirations).toBe(1);
  expect(emulator.queue('other').lockExpirations).toBe(0);
  emulator.expireLocks();
  expect(emulator.queue('other').lockExpirations).toBe(1);
  expect(emulator.queue('sessions').sessionLockExpirations).toBe(1);
  expect(() => emulator.expireLocks('nope')).toThrow(/could not be found/);
});

const amqpHeader = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 1, 0, 0]);

test.each([
  ['bytes of another protocol', Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')],
  ['zeros', Buffer.alloc(4096)],
  ['a frame that is smaller than its own header', Buffer.concat([amqpHeader, Buffer.alloc(64)])],
  ['a frame of nonsense', Buffer.concat([amqpHeader, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0xff, 0xfe, 0xfd, 0xfc])])],
  [
    'a frame before the connection is open',
    Buffer.concat([amqpHeader, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x14, 0x45])]),
  ],
])('a socket that sends %s is dropped, and other clients are not affected', async (_, junk) => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 1 });
  const socket = await openSocket(emulator.port);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.resume();
  socket.write(junk);
  await closed;
  await sender.sendMessages({ body: 2 });
  expect(emulator.queue('q').active).toBe(2);
});

test('a socket that sends nonsense is dropped even if its owner keeps it open', async () => {
  const { emulator } = await startNamespace({ q: {} });
  const socket = connectSocket({ port: emulator.port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  const ended = Promise.race(['end', 'close'].map((event) => new Promise((resolve) => socket.once(event, resolve))));
  socket.resume();
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await ended;
  await vi.waitFor(() => expect(emulator.dropConnections()).toBe(0), until);
});

test('sockets that say nothing and leave are no trouble', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(emulator.port)));
  for (const socket of sockets) socket.resetAndDestroy();
  await client.createSender('q').sendMessages({ body: 1 });
  expect(emulator.queue('q').enqueued).toBe(1);
});

test('an administration client gets the answer that administration is not supported', async () => {
  const { emulator } = await startNamespace({ q: {} });
  const response = await fetch(`http://127.0.0.1:${emulator.port}/q?api-version=2021-05`);
  expect(response.status).toBe(501);
  expect(await response.text()).toMatch(/no administration API/);
});

test('clients open the links again that were detached because nothing went over them', async () => {
  const { emulator, advance } = await startNamespace({ q: {} });
  // What it sends while it is being detached is not answered: it sends it again.
  const client = connect(emulator, { retryOptions: { maxRetries: 20, timeoutInMs: 1_000, retryDelayInMs: 50 } });
  const sender = client.createSender('q');
  const bodies = receivedBy(client);
  await sender.sendMessages({ body: 1 });
  await vi.waitFor(() => expect(emulator.queue('q').completed).toBe(1), until);
  advance(10 * 60_000);
  await sender.sendMessages({ body: 2 });
  await vi.waitFor(() => expect(bodies).toContain(2), until);
});

test('a busy namespace refuses requests of a kind, for a number of requests or a time', async () => {
  const { client, emulator, advance } = await startNamespace({ q: {}, other: {}, s: { requiresSession: true } });
  const sender = client.createSender('q');
  const busy = { code: 'ServiceBusy', message: expect.stringMatching(/Please wait 10 seconds/) };
  emulator.makeBusy({ queue: 'Q', traffic: 'send', count: 2 });
  await expect(sender.sendMessages({ body: 1 })).rejects.toMatchObject(busy);
  await client.createSender('other').sendMessages({ body: 1 });
  await expect(sender.scheduleMessages({ body: 1 }, new Date())).rejects.toMatchObject(busy);
  await sender.sendMessages({ body: 1 });

  emulator.makeBusy({ traffic: 'receive', durationMs: 10_000 });
  await expect(client.createReceiver('q').receiveMessages(1, BRIEFLY)).rejects.toMatchObject(busy);
  await expect(client.createReceiver('q').peekMessages(1)).rejects.toMatchObject(busy);
  // For every session that it does not get, the client reports that another receiver may have it.
  await expect(client.acceptSession('s', 'A')).rejects.toThrow();
  await expect(client.acceptNextSession('s')).rejects.toThrow();
  await sender.sendMessages({ body: 2 });
  advance(10_000);
  only(await client.createReceiver('q').receiveMessages(1, PATIENTLY));

  emulator.makeBusy({ durationMs: 10_000 });
  emulator.endBusy();
  await sender.sendMessages({ body: 3 });
  expect(() => emulator.makeBusy({ queue: 'nope', count: 1 })).toThrow(/could not be found/);
});

test('a waiting receiver loses its link to a busy namespace, but no messages', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  const waiting = client.createReceiver('q').receiveMessages(1, PATIENTLY);
  const opened = client.createReceiver('q');
  await opened.peekMessages(1);
  emulator.makeBusy({ queue: 'q', traffic: 'receive', count: 1 });
  await client.createSender('q').sendMessages({ body: 1 });
  await expect(waiting).rejects.toMatchObject({ code: 'ServiceBusy' });
  expect(only(await client.createReceiver('q').receiveMessages(1, PATIENTLY)).deliveryCount).toBe(0);
});

test('closing the emulator disconnects its clients and frees the port', async () => {
  const { client, emulator } = await startNamespace({ q: {} });
  await client.createSender('q').sendMessages({ body: 1 });
  await emulator.close();
  await expect(openSocket(emulator.port)).rejects.toThrow();
});
