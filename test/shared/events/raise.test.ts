import { expect, it } from 'vitest';
import { watcher } from '../../../shared/events/raise.ts';
import { NOW, sampleOperation } from '../../support/samples.ts';

it('many parts that end in one interval have the operation looked at once, after the last of them', async () => {
  const looks: number[] = [];
  let now = NOW;
  const sendLooks = async (messages: readonly { at: number }[]): Promise<void> => {
    looks.push(...messages.map(({ at }) => at));
  };
  const lookSoon = watcher({ sendLooks }, () => now);
  const operation = sampleOperation({ references: 5_000, pageCount: 5 });
  let last = 0;
  for (let part = 0; part < 100; part++, now += 300) {
    await lookSoon(operation);
    last = now;
  }
  expect(looks.length).toBeLessThanOrEqual(3);
  expect(looks.at(-1)).toBeGreaterThan(last);
  expect((looks.at(-1) as number) - last).toBeLessThanOrEqual(15_000);
});

it('a small operation is looked at within seconds, and one whose look could not be queued is tried again', async () => {
  const looks: number[] = [];
  let isDown = true;
  const sendLooks = async (messages: readonly { at: number }[]): Promise<void> => {
    if (isDown) throw new Error('Service Bus is away');
    looks.push(...messages.map(({ at }) => at));
  };
  const lookSoon = watcher({ sendLooks }, () => NOW);
  const operation = sampleOperation({ references: 3, pageCount: 1 });
  await expect(lookSoon(operation)).rejects.toThrow();
  isDown = false;
  await lookSoon(operation);
  expect(looks).toHaveLength(1);
  expect((looks[0] as number) - NOW).toBeLessThanOrEqual(2_000);
});
