import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../../../support/waitUntil.ts';
import { startTestBus, type TestBus, work } from './testBus.ts';

let bus: TestBus;
beforeAll(async () => {
  bus = await startTestBus();
});
afterAll(() => bus?.stop());

const times = async (queue: string, id: string) =>
  (await bus.receivedIds(queue)).filter((other) => other === id).length;

// Each of these waits for a lock or for the function's time to run out, so they wait together.
describe.concurrent('a message whose handler takes longer', () => {
  test('than its lock keeps it', async () => {
    await bus.send('plain', work({ id: 'long', wait: 2700 }));
    await bus.host.line(/plain \S+ succeeded in \d{4,} ms/);
    await waitUntil(() => bus.emulator.queue('plain').completed === 1);
    expect(await times('plain', 'long')).toBe(1);
  });

  test('than the lock of its session keeps the session', async () => {
    await bus.send('lanes', work({ id: 'long', wait: 2700 }, 'k'));
    await bus.host.line(/lanes \S+ succeeded in \d{4,} ms/);
    await waitUntil(() => bus.emulator.queue('lanes').completed === 1);
    expect(await times('lanes', 'long')).toBe(1);
    expect(bus.emulator.queue('lanes').sessionLockExpirations).toBe(0);
  });

  test('than functionTimeout is abandoned', async () => {
    await bus.send('plain', work({ id: 'hangs', wait: 4000 }));
    await bus.host.line(/error +plain \S+ failed in \d{4,} ms: Timeout value of 3 s was exceeded by function plain/);
    const again = await waitUntil(
      async () => (await bus.received('plain')).filter(({ message }) => message.id === 'hangs')[1],
    );
    expect(again.metadata.deliveryCount).toBe(2);
  });
});
