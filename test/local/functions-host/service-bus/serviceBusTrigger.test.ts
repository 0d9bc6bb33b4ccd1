import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import { startTestHost, type TestHost, until } from '../testHost.ts';

type Emulator = Awaited<ReturnType<typeof startServiceBusEmulator>>;

interface Work {
  readonly id: string;
  readonly wait?: number;
  readonly fail?: boolean;
}

interface State {
  readonly received: { queue: string; message: Work; metadata: Record<string, unknown> }[];
  readonly running: Record<string, number>;
  readonly highest: Record<string, number>;
}

const queues = {
  plain: { lockDurationMs: 2000, maxDeliveryCount: 3 },
  lanes: { requiresSession: true, lockDurationMs: 2000, maxDeliveryCount: 3 },
};

let emulator: Emulator;
let host: TestHost;
let client: ServiceBusClient;

const state = (): Promise<State> => host.json('/api/state');
const received = async (queue: string) => (await state()).received.filter((entry) => entry.queue === queue);
const receivedIds = async (queue: string) => (await received(queue)).map(({ message }) => message.id);

async function send(queue: string, ...messages: ServiceBusMessage[]): Promise<void> {
  const sender = client.createSender(queue);
  await sender.sendMessages(messages);
  await sender.close();
}

const work = (body: Work, sessionId?: string): ServiceBusMessage => ({ body, messageId: body.id, sessionId });

/** How many messages are in the queue, locked or not. */
async function left(queue: string, deadLetter = false): Promise<number> {
  const receiver = client.createReceiver(queue, deadLetter ? { subQueueType: 'deadLetter' } : {});
  const messages = await receiver.peekMessages(100);
  await receiver.close();
  return messages.length;
}

async function start(): Promise<void> {
  emulator = await startServiceBusEmulator({ queues });
  client = new ServiceBusClient(emulator.connectionString);
  host = await startTestHost('bus', {
    env: {
      Bus: emulator.connectionString,
      PLAIN_QUEUE: 'plain',
      'AzureWebJobs.plainDeadLetterQueue.Disabled': 'true',
    },
  });
}

async function stop(): Promise<void> {
  await host?.child.stop();
  await client?.close();
  await emulator?.close();
}

describe('a Service Bus trigger', () => {
  beforeAll(start);
  afterAll(stop);

  test('completes the message of a handler that succeeds', async () => {
    await send('plain', work({ id: 'good' }));
    await until(async () => (await receivedIds('plain')).includes('good'));
    await until(async () => (await left('plain')) === 0);
    await host.line(/information plain \S+ succeeded in \d+ ms/);
  });

  test('abandons the message of one that throws, until the broker dead-letters it', async () => {
    await send('plain', work({ id: 'bad', fail: true }));
    await until(async () => (await left('plain', true)) === 1);
    const deliveries = (await received('plain')).filter(({ message }) => message.id === 'bad');
    expect(deliveries.map(({ metadata }) => metadata.deliveryCount)).toEqual([1, 2, 3]);
    await host.line(/error +plain \S+ failed in \d+ ms: Error: told to fail by bad/);
  });

  test('runs no more than maxConcurrentCalls at once, and no fewer', async () => {
    await send('plain', ...['1', '2', '3', '4', '5'].map((id) => work({ id: `many${id}`, wait: 200 })));
    await until(async () => (await receivedIds('plain')).includes('many5'));
    expect((await state()).highest.plain).toBe(2);
  });

  test('settles different outcomes that come together each by its own', async () => {
    await send('plain', work({ id: 'together-good', wait: 300 }), work({ id: 'together-bad', wait: 300, fail: true }));
    await until(async () => (await receivedIds('plain')).filter((id) => id === 'together-bad').length === 3);
    expect((await receivedIds('plain')).filter((id) => id === 'together-good')).toHaveLength(1);
    await until(async () => (await left('plain')) === 0);
  });

  test('renews the lock of a message that takes longer', async () => {
    await send('plain', work({ id: 'long', wait: 2700 }));
    await host.line(/plain \S+ succeeded in 2[7-9]\d\d ms|plain \S+ succeeded in [3-9]\d{3} ms/);
    await until(async () => (await left('plain')) === 0);
    expect((await receivedIds('plain')).filter((id) => id === 'long')).toHaveLength(1);
  });

  test('abandons the message of a handler that takes longer than functionTimeout', async () => {
    await send('plain', work({ id: 'hangs', wait: 4000 }));
    await host.line(/error +plain \S+ failed in 3\d{3} ms: Timeout value of 3 s was exceeded by function plain/);
    const again = await until(async () => (await received('plain')).filter(({ message }) => message.id === 'hangs')[1]);
    expect(again.metadata.deliveryCount).toBe(2);
  });

  test('serves the messages of one session in order, and as many sessions at once as it may', async () => {
    const sessions = ['a', 'b', 'c'];
    await send('lanes', ...sessions.flatMap((s) => [1, 2, 3].map((n) => work({ id: `${s}${n}`, wait: 100 }, s))));
    await until(async () => (await receivedIds('lanes')).length === 9);
    const ids = await receivedIds('lanes');
    for (const s of sessions) expect(ids.filter((id) => id.startsWith(s))).toEqual([`${s}1`, `${s}2`, `${s}3`]);
    expect((await state()).highest).toMatchObject({ lanes: 2, 'lanes/a': 1, 'lanes/b': 1, 'lanes/c': 1 });
  });

  test('redelivers a message that fails before the next one of its session', async () => {
    await send('lanes', work({ id: 'f1', fail: true }, 'f'), work({ id: 'f2' }, 'f'));
    await until(async () => (await receivedIds('lanes')).includes('f2'));
    expect((await receivedIds('lanes')).filter((id) => id.startsWith('f'))).toEqual(['f1', 'f1', 'f1', 'f2']);
  });

  test('keeps a session beyond its lock while a message runs', async () => {
    await send('lanes', work({ id: 'k1', wait: 2700 }, 'k'));
    await host.line(/lanes \S+ succeeded in (2[7-9]|[3-9]\d)\d\d ms/);
    await until(async () => (await left('lanes')) === 0);
    expect((await receivedIds('lanes')).filter((id) => id === 'k1')).toHaveLength(1);
  });

  test('hands over body and metadata with the losses of the real host', async () => {
    await send('plain', {
      body: { id: 'meta', MessageID: 'from the body', list: [1], nested: { A: 1 }, flag: true },
      messageId: '123',
      correlationId: '0042',
      subject: 'about',
      contentType: 'application/json',
      applicationProperties: { 'Diagnostic-Id': 'x', Count: 3 },
    });
    const find = async () => (await received('plain')).find(({ message }) => message.id === 'meta');
    const { metadata, message } = await until(find);
    expect(message).toMatchObject({ MessageID: 'from the body', flag: true });
    expect(metadata).toMatchObject({
      messageId: 'from the body',
      correlationId: '0042',
      subject: 'about',
      label: 'about',
      contentType: 'application/json',
      deliveryCount: 1,
      applicationProperties: { 'diagnostic-Id': 'x', count: 3 },
      nested: { a: 1 },
      flag: 'True',
    });
    expect(metadata.sequenceNumber).toBeTypeOf('number');
    expect(metadata.enqueuedTimeUtc).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(metadata.lockToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata).not.toHaveProperty('list');
    expect(metadata).not.toHaveProperty('sessionId');
  });

  test('can be called by hand', async () => {
    const response = await fetch(`${host.url}/admin/functions/plain`, {
      method: 'POST',
      body: JSON.stringify({ input: '{"id":"by hand"}' }),
    });
    expect(response.status).toBe(202);
    await until(async () => (await receivedIds('plain')).includes('by hand'));
  });
});

describe('a Service Bus output', () => {
  beforeAll(start);
  afterAll(stop);
  const post = (to: string, body: unknown) =>
    fetch(`${host.url}/api/send?to=${to}`, { method: 'POST', body: JSON.stringify(body) });

  test('sends an array as one message for each element, before the answer', async () => {
    expect((await post('plain', [{ id: 'out1' }, { id: 'out2' }])).status).toBe(202);
    await until(async () => (await receivedIds('plain')).length === 2);
  });

  test('that fails makes the answer a 500', async () => {
    const response = await post('nowhere', { id: 'lost' });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
  });
});

describe('a trigger on dead letters', () => {
  test('receives what another function could not process', async () => {
    emulator = await startServiceBusEmulator({ queues });
    client = new ServiceBusClient(emulator.connectionString);
    await send('plain', work({ id: 'doomed', fail: true }));
    host = await startTestHost('bus', { env: { Bus: emulator.connectionString, PLAIN_QUEUE: 'plain' } });
    try {
      await until(async () => (await receivedIds('plain')).length === 3);
      await until(async () => (await receivedIds('plain/$DeadLetterQueue')).includes('doomed'));
    } finally {
      await stop();
    }
  });
});

describe('when it is stopped', () => {
  beforeEach(start);
  afterEach(stop);

  test('messages that run are finished and completed, and no more are taken', async () => {
    await send('plain', work({ id: 's1', wait: 700 }), work({ id: 's2', wait: 700 }), work({ id: 's3' }));
    await send('lanes', work({ id: 'l1', wait: 700 }, 's'));
    await until(async () => (await state()).received.length === 3);
    expect(await host.child.stop()).toBe(0);
    expect(host.lines.filter((line) => / succeeded /.test(line) && !/ state /.test(line))).toHaveLength(3);
    expect(await left('plain')).toBe(1);
    expect(await left('lanes')).toBe(0);
  });
});
