import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type MailPriority, mailPacer } from '../../../shared/pace/mailPacer.ts';
import { memoryTable } from '../../support/memoryTable.ts';

const START = Date.parse('2026-03-02T08:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function fail(): never {
  throw new Error('There is no such pacer.');
}

/** The most mails that start within any time of this length. */
function mostWithin(times: readonly number[], length: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at <= from + length).length));
}

it('the first mail starts at once', async () => {
  expect(await mailPacer(memoryTable(), { perMinute: 30, perDay: 10_000 }, () => START).reserve('urgent')).toEqual({
    at: START,
    isReserved: true,
  });
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
        starts.push((await (instances[instance] as (typeof instances)[0]).reserve('urgent')).at);
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
    Array.from({ length: 40 }, async (_, number) => (await (pacers[number % 2] ?? fail()).reserve('urgent')).at),
  );
  expect(mostWithin(times, MINUTE)).toBeLessThanOrEqual(30);
  expect(new Set(times).size).toBe(40);
});

it('nothing starts before what Graph asked for', async () => {
  const pacer = mailPacer(memoryTable(), { perMinute: 30, perDay: 10_000 }, () => START);
  await pacer.holdUntil(START + 90_000);
  expect((await pacer.reserve('urgent')).at).toBe(START + 90_000);
});

it('one answer of Graph holds all mails for a quarter of an hour at most', async () => {
  const pacer = mailPacer(memoryTable(), { perMinute: 30, perDay: 10_000 }, () => START);
  await pacer.holdUntil(START + DAY);
  expect((await pacer.reserve('urgent')).at).toBe(START + 15 * MINUTE);
});

interface Asking {
  readonly kind: MailPriority;
  readonly asked: number;
}

const many = (count: number, kind: MailPriority, asked: number): Asking[] =>
  Array.from({ length: count }, () => ({ kind, asked }));

/** Lets mails ask for a time, and again at the time that they get for it, and returns when each started. */
async function startsOf(
  mails: readonly Asking[],
  limits: { readonly perMinute: number; readonly perDay: number },
): Promise<(Asking & { readonly at: number })[]> {
  let time = START;
  const pacer = mailPacer(memoryTable(), limits, () => time);
  const waiting = mails.map((mail) => ({ ...mail, at: mail.asked }));
  const started: (Asking & { readonly at: number })[] = [];
  for (;;) {
    waiting.sort((a, b) => a.at - b.at);
    const next = waiting.shift();
    if (next === undefined) return started;
    time = Math.max(time, next.at);
    const { at, isReserved } = await pacer.reserve(next.kind);
    (isReserved ? started : waiting).push({ ...next, at });
  }
}

it('urgent mails do not wait behind thousands of others, which lose no time', async () => {
  const bulk = 2_000;
  const urgent = 20;
  const mails = [...many(bulk, 'bulk', START), ...many(urgent, 'urgent', START + 5 * MINUTE)];
  const started = await startsOf(mails, { perMinute: 30, perDay: 10_000 });
  const waits = started.filter(({ kind }) => kind === 'urgent').map(({ at, asked }) => at - asked);
  expect(Math.max(...waits)).toBeLessThan(MINUTE);
  const times = started.map(({ at }) => at);
  expect(mostWithin(times, MINUTE)).toBeLessThanOrEqual(30);
  expect(Math.max(...times) - START).toBeLessThan(((bulk + urgent) / 28) * MINUTE);
});

it('a day has room for urgent mails, also when others could fill it', async () => {
  const mails = [...many(300, 'bulk', START), ...many(3, 'urgent', START + 3 * 60 * MINUTE)];
  const started = await startsOf(mails, { perMinute: 30, perDay: 100 });
  const waits = started.filter(({ kind }) => kind === 'urgent').map(({ at, asked }) => at - asked);
  expect(Math.max(...waits)).toBeLessThan(MINUTE);
  expect(
    mostWithin(
      started.map(({ at }) => at),
      DAY,
    ),
  ).toBeLessThanOrEqual(100);
  expect(started).toHaveLength(303);
});
