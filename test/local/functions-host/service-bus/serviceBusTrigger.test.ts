import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../../../support/waitUntil.ts';
import { startTestBus, type TestBus, work } from './testBus.ts';

let bus: TestBus;

describe('a Service Bus trigger', () => {
  beforeAll(async () => {
    bus = await startTestBus();
  });
  afterAll(() => bus?.stop());

  test('completes the message of a handler that succeeds', async () => {
    await bus.send('plain', work({ id: 'good' }));
    await waitUntil(async () => (await bus.receivedIds('plain')).includes('good'));
    await waitUntil(async () => (await bus.left('plain')) === 0);
    await bus.host.line(/information plain \S+ succeeded in \d+ ms/);
  });

  test('abandons the message of one that throws, until the broker dead-letters it', async () => {
    await bus.send('plain', work({ id: 'bad', fail: true }));
    await waitUntil(async () => (await bus.left('plain', 'deadLetter')) === 1);
    const deliveries = (await bus.received('plain')).filter(({ message }) => message.id === 'bad');
    expect(deliveries.map(({ metadata }) => metadata.deliveryCount)).toEqual([1, 2, 3]);
    await bus.host.line(/error +plain \S+ failed in \d+ ms: Error: told to fail by bad/);
  });

  test('runs no more than maxConcurrentCalls at once, and no fewer', async () => {
    await bus.send('plain', ...['1', '2', '3', '4', '5'].map((id) => work({ id: `many${id}`, wait: 200 })));
    await waitUntil(async () => (await bus.receivedIds('plain')).includes('many5'));
    expect((await bus.state()).highest.plain).toBe(2);
  });

  test('settles different outcomes that come at the same moment each by its own', async () => {
    await bus.send('plain', work({ id: 'fine', meet: true }), work({ id: 'not', meet: true, fail: true }));
    await waitUntil(async () => (await bus.receivedIds('plain')).filter((id) => id === 'not').length === 3);
    expect((await bus.receivedIds('plain')).filter((id) => id === 'fine')).toHaveLength(1);
    await waitUntil(async () => (await bus.left('plain')) === 0);
  });

  test('serves the messages of one session in order, and as many sessions at once as it may', async () => {
    const sessions = ['a', 'b', 'c'];
    await bus.send('lanes', ...sessions.flatMap((s) => [1, 2, 3].map((n) => work({ id: `${s}${n}`, wait: 100 }, s))));
    await waitUntil(async () => (await bus.receivedIds('lanes')).length === 9);
    const ids = await bus.receivedIds('lanes');
    for (const s of sessions) expect(ids.filter((id) => id.startsWith(s))).toEqual([`${s}1`, `${s}2`, `${s}3`]);
    expect((await bus.state()).highest).toMatchObject({ lanes: 2, 'lanes/a': 1, 'lanes/b': 1, 'lanes/c': 1 });
  });

  test('redelivers a message that fails before the next one of its session', async () => {
    await bus.send('lanes', work({ id: 'f1', fail: true }, 'f'), work({ id: 'f2' }, 'f'));
    await waitUntil(async () => (await bus.receivedIds('lanes')).includes('f2'));
    expect((await bus.receivedIds('lanes')).filter((id) => id.startsWith('f'))).toEqual(['f1', 'f1', 'f1', 'f2']);
  });

  test('hands over body and metadata with the losses of the real host', async () => {
    await bus.send('plain', {
      body: { id: 'meta', MessageID: 'from the body', list: [1], nested: { A: 1 }, flag: true },
      messageId: '123',
      correlationId: '0042',
      subject: 'about',
      contentType: 'application/json',
      applicationProperties: { 'Diagnostic-Id': 'x', Count: 3 },
    });
    const { metadata, message } = await waitUntil(async () =>
      (await bus.received('plain')).find((entry) => entry.message.id === 'meta'),
    );
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
    expect(metadata.enqueuedTimeUtc).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+$/);
    expect(metadata.lockToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata).not.toHaveProperty('list');
    expect(metadata).not.toHaveProperty('sessionId');
  });

  test('can be called by hand', async () => {
    const body = JSON.stringify({ input: '{"id":"by hand"}' });
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    expect((await fetch(`${bus.host.url}/admin/functions/plain`, request)).status).toBe(202);
    await waitUntil(async () => (await bus.receivedIds('plain')).includes('by hand'));
  });

  test('can be fed by an output, which sends an array as one message for each element before the answer', async () => {
    const body = JSON.stringify([{ id: 'out1' }, { id: 'out2' }]);
    expect((await fetch(`${bus.host.url}/api/send?to=plain`, { method: 'POST', body })).status).toBe(202);
    await waitUntil(async () => (await bus.receivedIds('plain')).filter((id) => id.startsWith('out')).length === 2);
  });

  test('an output that fails makes the answer an empty 500', async () => {
    const response = await fetch(`${bus.host.url}/api/send?to=nowhere`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
  });
});

describe('a host', () => {
  afterEach(() => bus?.stop());

  test('delivers dead letters to a trigger that asks for them', async () => {
    bus = await startTestBus({ deadLetters: true });
    await bus.send('plain', work({ id: 'doomed', fail: true }));
    await waitUntil(async () => (await bus.receivedIds('plain')).length === 3);
    await waitUntil(async () => (await bus.receivedIds('plain/$DeadLetterQueue')).includes('doomed'));
  });

  test('that is stopped lets the functions that run finish, gives their messages back, and takes no more', async () => {
    bus = await startTestBus();
    await bus.send('plain', ...['p1', 'p2', 'p3'].map((id) => work({ id, wait: 2500 })));
    await bus.send('lanes', work({ id: 'l1', wait: 2500 }, 's'));
    await waitUntil(async () => (await bus.state()).received.length === 3);
    expect(await bus.host.child.stop()).toBe(0);
    expect(bus.host.lines.filter((line) => / (plain|lanes) \S+ succeeded /.test(line))).toHaveLength(3);
    expect(bus.emulator.queue('plain')).toMatchObject({ locked: 0, active: 3, completed: 0 });
    expect(bus.emulator.queue('lanes')).toMatchObject({ locked: 0, active: 1, completed: 0 });
  });

  test('that is stopped abandons the messages that outlast the drain limit', async () => {
    const settings = { AzureFunctionsJobHost__functionTimeout: '00:01:00' };
    bus = await startTestBus({ args: ['--drain', '0.2'], settings });
    await bus.send('plain', work({ id: 'slow', hold: true }));
    await waitUntil(async () => (await bus.state()).received.length === 1);
    expect(await bus.host.child.stop()).toBe(0);
    expect(bus.emulator.queue('plain')).toMatchObject({ locked: 0, active: 1, completed: 0 });
  });
});
