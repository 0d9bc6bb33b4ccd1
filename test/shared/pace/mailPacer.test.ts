import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mailPacer } from '../../../shared/pace/mailPacer.ts';
import { memoryTable } from '../../support/memoryTable.ts';

const START = Date.parse('2026-03-02T08:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The most mails that start within any time of this length. */
function mostWithin(times: readonly number[], length: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at <= from + length).length));
}

it('the first mail starts at once', async () => {
  expect(await mailPacer(memoryTable(), { perMinute: 30, perDay: 10_000 }, () => START).reserve()).toBe(START);
});

it('no minute and no day exceeds its limit, for any reservations', async () => {
  const perMinute = 5;
  const perDay = 40;
  const pauses = fc.array(fc.tuple(fc.nat(2), fc.oneof(fc.nat(20_000), fc.nat(DAY / 4))), {
    minLength: 60,
    maxLength: 90,
  });
  await fc.assert(
    fc.asyncProperty(pauses, async (steps) => {
      let time = START;
      const table = memoryTable();
      const instances = [0, 1, 2].map(() => mailPacer(table, { perMinute, perDay }, () => time));
      const starts: number[] = [];
      for (const [instance, pause] of steps) {
        time += pause;
        starts.push(await (instances[instance] as (typeof instances)[0]).reserve());
      }
      expect(starts.every((at, index) => at >= (starts[index - 1] ?? 0))).toBe(true);
      expect(mostWithin(starts, MINUTE)).toBeLessThanOrEqual(perMinute);
      expect(mostWithin(starts, DAY)).toBeLessThanOrEqual(perDay);
    }),
    { numRuns: 30 },
  );
});

it('reservations at the same time get times of their own', async () => {
  const table = memoryTable();
  const pacers = [0, 1].map(() => mailPacer(table, { perMinute: 30, perDay: 10_000 }, () => START));
  const times = await Promise.all(
    Array.from({ length: 40 }, (_, number) => pacers[number % 2]?.reserve() as Promise<number>),
  );
  expect(mostWithin(times, MINUTE)).toBeLessThanOrEqual(30);
  expect(new Set(times).size).toBe(40);
});

it('nothing starts before what Graph asked for', async () => {
  const pacer = mailPacer(memoryTable(), { perMinute: 30, perDay: 10_000 }, () => START);
  await pacer.holdUntil(START + 90_000);
  expect(await pacer.reserve()).toBe(START + 90_000);
});
