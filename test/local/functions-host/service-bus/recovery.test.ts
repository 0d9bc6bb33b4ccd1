import { ServiceBusClient } from '@azure/service-bus';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import { startTestHost, type TestHost, until } from '../testHost.ts';

type Emulator = Awaited<ReturnType<typeof startServiceBusEmulator>>;

const queues = { plain: {}, lanes: { requiresSession: true } };

let emulator: Emulator;
let host: TestHost;

beforeEach(async () => {
  emulator = await startServiceBusEmulator({ queues });
  host = await startTestHost('bus', { env: { Bus: emulator.connectionString, PLAIN_QUEUE: 'plain' } });
});
afterEach(async () => {
  await host?.child.stop();
  await emulator?.close();
});

async function send(id: string, wait = 0): Promise<void> {
  const client = new ServiceBusClient(emulator.connectionString);
  await client.createSender('plain').sendMessages({ body: { id, wait } });
  await client.createSender('lanes').sendMessages({ body: { id, wait }, sessionId: id });
  await client.close();
}

async function arrived(id: string): Promise<void> {
  await until(
    async () => {
      const { received } = await host.json<{ received: { queue: string; message: { id: string } }[] }>('/api/state');
      const queuesOfId = received.filter(({ message }) => message.id === id).map(({ queue }) => queue);
      return queuesOfId.includes('plain') && queuesOfId.includes('lanes');
    },
    () => `message ${id} in\n${host.lines.join('\n')}`,
  );
}

test('a dropped connection does not stop the listeners', async () => {
  await send('before');
  await arrived('before');
  for (const id of ['first', 'second', 'third']) {
    await emulator.dropConnections();
    await send(id);
    await arrived(id);
  }
  expect(host.lines.filter((line) => /warning +The Service Bus connection Bus was lost/.test(line))).toHaveLength(3);
  expect(host.lines.filter((line) => /cannot receive/.test(line))).toEqual([]);
});

test('a connection that drops while messages run brings them back', async () => {
  await send('running', 500);
  await arrived('running');
  await emulator.dropConnections();
  await send('after');
  await arrived('after');
});

test('a broker that is away for a while is found again, with one line in the log for each listener', async () => {
  await send('before');
  await arrived('before');
  const { port } = emulator;
  await emulator.close();
  await host.line(/warning +plain cannot receive from plain: /);
  await host.line(/warning +lanes cannot receive from lanes: /);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  emulator = await startServiceBusEmulator({ port, queues });
  await send('after');
  await arrived('after');
  expect(host.lines.filter((line) => /lanes cannot receive/.test(line))).toHaveLength(1);
  await host.line(/lanes receives from lanes again/);
});
