import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { type Child, startChild } from '../../../local/child.ts';
import { builtScript } from '../../../local/projectFolder.ts';
import { only, PATIENTLY } from './namespace.ts';

const script = builtScript('service-bus');

async function start(args: string[], onLine?: (line: string) => void): Promise<Child> {
  const child = await startChild({ script, args, ...(onLine === undefined ? {} : { onLine }) });
  onTestFinished(() => child.kill());
  return child;
}

test('the process serves the queues of the deployment, says where, and stops in order', async () => {
  const lines: string[] = [];
  const child = await start([], (line) => lines.push(line));
  const { connectionString, controlUrl, port, controlPort } = child.ready;
  expect([port, controlPort]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(lines.join()).toContain(String(connectionString));

  const client = new ServiceBusClient(String(connectionString));
  await client.createSender('plans').sendMessages({ body: 'hello' });
  expect(only(await client.createReceiver('plans').receiveMessages(1, PATIENTLY)).body).toBe('hello');
  const counts = await (await fetch(`${controlUrl}/queues`)).json();
  expect(counts).toMatchObject({ plans: { locked: 1 }, changes: { active: 0 }, notifications: { active: 0 } });
  await client.close();
  expect(await child.stop()).toBe(0);
});

test('the process takes queues from a file, and one lock duration for all', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'service-bus-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'queues.json');
  await writeFile(file, JSON.stringify({ mine: { lockDuration: 'PT1M' } }));
  const child = await start(['--queues', file, '--lock-duration', 'PT10S']);
  const client = new ServiceBusClient(String(child.ready.connectionString));
  await client.createSender('mine').sendMessages({ body: 1 });
  const message = only(await client.createReceiver('mine').receiveMessages(1, PATIENTLY));
  expect(Number(message.lockedUntilUtc) - Number(message.enqueuedTimeUtc)).toBeLessThan(60_000);
  await client.close();
  expect(await child.stop()).toBe(0);
});

test.each([
  [['--prot', '1'], /--prot/],
  [['--port', 'many'], /--port takes a port/],
  [['--lock-duration', 'PT10M'], /1 to 300 seconds/],
  [['--queues', 'missing.json'], /missing\.json/],
])('the process says what is wrong with %j', async (args, message) => {
  await expect(startChild({ script, args })).rejects.toThrow(message);
});
