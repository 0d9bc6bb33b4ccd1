import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import { listen } from '../../../support/listen.ts';
import { waitUntil } from '../../../support/waitUntil.ts';
import { queues, startTestBus, type TestBus, work } from './testBus.ts';

let bus: TestBus;
beforeEach(async () => {
  bus = await startTestBus();
});
afterEach(() => bus?.stop());

const lines = (pattern: RegExp) => bus.host.lines.filter((line) => pattern.test(line));

/** Sends a message to each queue and waits until both have been processed. */
async function roundTrip(id: string, wait = 0): Promise<void> {
  await bus.send('plain', work({ id, wait }));
  await bus.send('lanes', work({ id, wait }, id));
  await arrival(id);
}

/** Breaks every connection that is made to a port on which nothing listens, until there were so many. */
async function connectionAttempts(port: number, count: number): Promise<void> {
  let attempts = 0;
  const server = createServer((socket) => {
    attempts++;
    socket.destroy();
  });
  await listen(server, port);
  await waitUntil(() => attempts >= count);
  server.close();
  await once(server, 'close');
}

async function arrival(id: string): Promise<void> {
  await waitUntil(
    async () => (await bus.receivedIds('plain')).includes(id) && (await bus.receivedIds('lanes')).includes(id),
    () => `message ${id} in\n${bus.host.lines.join('\n')}`,
  );
}

test('a dropped connection does not stop the listeners, and is one line in the log', async () => {
  await roundTrip('before');
  for (const id of ['first', 'second', 'third']) {
    bus.emulator.dropConnections();
    await waitUntil(() => lines(/warning +The Service Bus connection Bus was lost/).length > 0);
    await roundTrip(id);
  }
  expect(lines(/The Service Bus connection Bus was lost/)).toHaveLength(3);
  expect(lines(/cannot receive/)).toEqual([]);
});

test('messages that run while the connection drops are settled, or come back', async () => {
  await roundTrip('running', 700);
  bus.emulator.dropConnections();
  await roundTrip('after');
  await waitUntil(() => bus.emulator.queue('plain').completed === 2 && bus.emulator.queue('lanes').completed === 2);
  expect((await bus.receivedIds('plain')).filter((id) => id === 'running')).toHaveLength(1);
});

test('locks that are lost do not stop the listeners', async () => {
  await roundTrip('held', 700);
  bus.emulator.expireLocks();
  await bus.host.line(/warning +plain could not complete message held of plain: MessageLockLost/);
  await bus.host.line(/warning +lanes (could not complete message held|lost session held) of lanes: SessionLockLost/);
  await waitUntil(() => bus.emulator.queue('plain').completed === 1 && bus.emulator.queue('lanes').completed === 1);
  await roundTrip('after');
});

test('a broker that is away for a while is found again, with one line in the log for each listener', async () => {
  await roundTrip('before');
  const { port } = bus.emulator;
  await bus.emulator.close();
  await bus.host.line(/warning +plain cannot receive from plain: .*ECONNREFUSED/);
  await bus.host.line(/warning +lanes cannot receive from lanes: .*ECONNREFUSED/);
  await connectionAttempts(port, 4);
  const emulator = await startServiceBusEmulator({ port, queues });
  const { host } = bus;
  const stop = async (): Promise<void> => {
    await host.child.stop();
    await emulator.close();
  };
  bus = { ...bus, emulator, stop };
  await roundTrip('after');
  await bus.host.line(/lanes receives from lanes again/);
  expect(lines(/lanes cannot receive/)).toHaveLength(1);
});
