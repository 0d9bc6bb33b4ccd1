import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitUntil } from '../../../support/waitUntil.ts';
import { startTestBus, type TestBus, work } from './testBus.ts';

let bus: TestBus;
beforeEach(async () => {
  bus = await startTestBus({ settings: { AzureFunctionsJobHost__functionTimeout: '00:00:08' } });
});
afterEach(() => bus?.stop());

const post = async (what: string): Promise<number> =>
  (await fetch(`${bus.host.url}/admin/host/${what}`, { method: 'POST' })).status;
const received = async (id: string) =>
  (await bus.state()).received.filter(({ message }) => message.id === id).map(({ metadata }) => metadata.deliveryCount);

describe('draining', () => {
  const status = (): Promise<object> => bus.host.json('/admin/host/drain/status');

  test('returns the messages of successful functions, receives no more, and still answers HTTP', async () => {
    expect(await status()).toEqual({ state: 'Disabled', outstandingInvocations: 0, outstandingRetries: 0 });
    await bus.send('plain', work({ id: 'p1', hold: true }), work({ id: 'p2', hold: true }));
    await bus.send('lanes', work({ id: 'l1', hold: true }, 's'));
    await waitUntil(async () => (await bus.state()).received.length === 3);

    expect(await post('drain')).toBe(202);
    expect(await status()).toEqual({ state: 'InProgress', outstandingInvocations: 3, outstandingRetries: 0 });
    await bus.send('plain', work({ id: 'later' }));
    await bus.release();
    await waitUntil(async () => ((await status()) as { state: string }).state === 'Completed');

    expect(bus.host.lines.filter((line) => / (plain|lanes) \S+ succeeded /.test(line))).toHaveLength(3);
    await waitUntil(() => bus.emulator.queue('plain').locked + bus.emulator.queue('lanes').locked === 0);
    expect(bus.emulator.queue('plain')).toMatchObject({ completed: 0, active: 3 });
    expect(bus.emulator.queue('lanes')).toMatchObject({ completed: 0, active: 1 });
    expect((await bus.state()).received).toHaveLength(3);
  });
});

describe('restarting', () => {
  test('ends what runs, keeps its locks for the whole functionTimeout, and serves the rest meanwhile', async () => {
    await bus.send('plain', work({ id: 'held', hold: true }));
    await bus.send('lanes', work({ id: 'held', hold: true }, 'stuck'));
    await waitUntil(async () => (await bus.state()).received.length === 2);

    expect(await post('restart')).toBe(202);
    expect((await bus.state()).received).toEqual([]);
    await bus.send('lanes', work({ id: 'meanwhile' }, 'other'));
    await bus.send('plain', work({ id: 'meanwhile' }));
    await waitUntil(async () => (await received('held')).length === 2);
    expect(await received('held')).toEqual([2, 2]);
    const order = (await bus.state()).received.map(({ message }) => message.id);
    expect(order).toEqual(['meanwhile', 'meanwhile', 'held', 'held']);
    await bus.release();
    for (const queue of ['plain', 'lanes']) {
      await bus.host.line(new RegExp(`${queue} \\S+ failed in .*Timeout value of 8 s`));
      expect(bus.emulator.queue(queue)).toMatchObject({ abandoned: 1, lockExpirations: 0, sessionLockExpirations: 0 });
      await waitUntil(() => bus.emulator.queue(queue).completed === 2);
    }
  });

  test('can happen again and again', async () => {
    for (const id of ['first', 'second', 'third']) {
      expect(await post('restart')).toBe(202);
      await bus.send('lanes', work({ id }, id));
      await waitUntil(async () => (await received(id)).length === 1);
    }
    await waitUntil(() => bus.emulator.queue('lanes').completed === 3);
  });
});
