import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../shared/pace/grants.ts';
import { PREPARE_MS, sharedPacer } from '../../../shared/pace/pacer.ts';
import { memoryTable } from '../../support/memoryTable.ts';
import { NOW } from '../../support/samples.ts';

interface Arrival {
  readonly afterMs: number;
  readonly writes: number;
  readonly express: boolean;
  readonly caller?: string | undefined;
}

/** Lets writes arrive one after another and returns when each may start. */
async function reserveAll(limit: Limit, arrivals: readonly Arrival[]): Promise<{ at: number; writes: number }[]> {
  let now = NOW;
  const open = memoryTable();
  const instances = [sharedPacer(open, limit, () => now), sharedPacer(open, limit, () => now)];
  const starts: { at: number; writes: number }[] = [];
  for (const [number, { afterMs, writes, express, caller }] of arrivals.entries()) {
    now += afterMs;
    const pacer = instances[number % 2];
    if (pacer === undefined) throw new Error('no pacer');
    for (let open = writes; open > 0; ) {
      const turn = await pacer.reserve(open, express, undefined, caller);
      // Not by expect, which would take most of the time of the test.
      if (turn.at < now || turn.writes <= 0 || turn.writes > open)
        throw new Error(`${turn.writes} of ${open} writes may start ${turn.at - now} ms from now`);
      starts.push(turn);
      open -= turn.writes;
    }
  }
  return starts;
}

/** The most writes that start in any window of this length, wherever it begins. */
function mostInAnyWindow(starts: readonly { at: number; writes: number }[], windowMs: number): number {
  return Math.max(
    0,
    ...starts.map(({ at: begin }) =>
      starts.reduce((sum, { at, writes }) => (at >= begin && at < begin + windowMs ? sum + writes : sum), 0),
    ),
  );
}

const arrival = ({ writes, windowMs }: Limit): fc.Arbitrary<Arrival> =>
  fc.record({
    afterMs: fc.oneof(
      { weight: 3, arbitrary: fc.nat({ max: Math.ceil(windowMs / 200) }) },
      { weight: 1, arbitrary: fc.nat({ max: windowMs }) },
    ),
    writes: fc.integer({ min: 1, max: Math.min(80, 2 * writes) }),
    express: fc.boolean(),
    caller: fc.constantFrom('a', 'b', undefined),
  });

describe('the pace of all instances together', () => {
  it.each([
    { writes: 40, windowMs: 3_000 },
    { writes: 100, windowMs: 150_000 },
    { writes: 7, windowMs: 1_000 },
  ])('never starts more than $writes writes in any $windowMs ms, whatever arrives when', async (limit) => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival(limit), { maxLength: 120, size: 'max' }), async (arrivals) => {
        const starts = await reserveAll(limit, arrivals);
        expect(mostInAnyWindow(starts, limit.windowMs)).toBeLessThanOrEqual(limit.writes);
      }),
      { numRuns: 150 },
    );
  });

  it('holds when instances reserve at once, each on the row as it was before the others', async () => {
    const limit = { writes: 40, windowMs: 3_000 };
    const open = memoryTable();
    const instances = Array.from({ length: 12 }, () => sharedPacer(open, limit, () => NOW));
    const starts: { at: number; writes: number }[] = [];
    for (let turn = 0; turn < 3; turn++)
      starts.push(...(await Promise.all(instances.map((pacer) => pacer.reserve(15, true)))));
    expect(mostInAnyWindow(starts, limit.windowMs)).toBeLessThanOrEqual(limit.writes);

    const holds = instances.map((pacer, number) => pacer.holdUntil(NOW + 100_000 + number * 1_000));
    const reserved = await Promise.all([...holds, instances[0]?.reserve(1, true)]);
    expect(reserved).toHaveLength(13);
    const after = await sharedPacer(open, limit, () => NOW).reserve(1, true);
    expect(after.at).toBeGreaterThanOrEqual(NOW + 111_000);
  });

  it('uses the quota: a steady flow of small chunks is not held up longer than its own writes', async () => {
    const limit = { writes: 3_000, windowMs: 150_000 };
    const flow = Array.from({ length: 700 }, () => ({ afterMs: 100, writes: 5, express: false }));
    const starts = await reserveAll(limit, flow);
    // 2,910 writes are for bulk work, so the 583rd chunk is the first to wait, until the first one leaves the window.
    const held = starts.findIndex(({ at }, number) => at > NOW + (number + 1) * 100 + PREPARE_MS);
    expect(held).toBe(582);
    expect((starts[held]?.at ?? 0) - NOW).toBeLessThan(limit.windowMs + 2_000);
  });

  it('leaves nothing of a window unused but less than a batch, however much is asked for at a time', async () => {
    const limit = { writes: 300, windowMs: 15_000 };
    const starts = await reserveAll(
      limit,
      Array.from({ length: 25 }, () => ({ afterMs: 0, writes: 62, express: false })),
    );
    const times = [...new Set(starts.map(({ at }) => at))];
    for (const time of times.slice(0, -1)) {
      const writes = starts.reduce((sum, start) => (start.at === time ? sum + start.writes : sum), 0);
      expect(writes).toBeGreaterThan(291 - 20);
    }
    expect((times.at(-1) as number) - NOW).toBeLessThan(5.2 * limit.windowMs);
  });

  it('lets a small change start at once while a large one has used up its share', async () => {
    const bulk = Array.from({ length: 300 }, () => ({ afterMs: 0, writes: 20, express: false }));
    const starts = await reserveAll({ writes: 3_000, windowMs: 150_000 }, [
      ...bulk,
      { afterMs: 1_000, writes: 5, express: true },
    ]);
    expect(starts.at(-2)?.at).toBeGreaterThan(NOW + 150_000);
    expect(starts.at(-1)?.at).toBe(NOW + 1_000);
  });

  it('lets no caller use up what bulk work leaves for the small changes of others', async () => {
    let now = NOW;
    const pacer = sharedPacer(memoryTable(), { writes: 1_000, windowMs: 150_000 }, () => now);
    for (let left = 970; left > 0; ) left -= (await pacer.reserve(Math.min(80, left), false)).writes;
    const express = (writes: number, caller: string) => pacer.reserve(writes, true, undefined, caller);
    expect(await express(10, 'a')).toEqual({ at: NOW, writes: 10 });
    expect(await express(10, 'a')).toEqual({ at: NOW, writes: 5 });
    expect((await express(10, 'a')).at).toBeGreaterThan(NOW + 100_000);
    expect(await express(10, 'b')).toEqual({ at: NOW, writes: 10 });
    now += 20_000; // a seventh of the window gives a seventh of the share back
    expect(await express(5, 'b')).toEqual({ at: now, writes: 5 });
    expect((await express(1, 'c')).at).toBeGreaterThan(NOW + 100_000); // all 30 are used
  });

  it('counts nothing against a caller’s share while bulk work leaves room', async () => {
    const pacer = sharedPacer(memoryTable(), { writes: 1_000, windowMs: 150_000 }, () => NOW);
    for (let times = 0; times < 50; times++)
      expect(await pacer.reserve(10, true, undefined, 'a')).toEqual({ at: NOW, writes: 10 });
    for (let left = 470; left > 0; ) left -= (await pacer.reserve(Math.min(80, left), false)).writes;
    expect(await pacer.reserve(10, true, undefined, 'a')).toEqual({ at: NOW, writes: 10 });
  });

  it('starts nothing before the time that Graph asked for', async () => {
    const open = memoryTable();
    const limit = { writes: 100, windowMs: 10_000 };
    await sharedPacer(open, limit, () => NOW).holdUntil(NOW + 7_000);
    const other = sharedPacer(open, limit, () => NOW);
    await other.holdUntil(NOW + 3_000);
    expect(await other.reserve(1, true)).toEqual({ at: NOW + 7_000, writes: 1 });
  });

  it('takes nothing from the quota for writes that could not start in time', async () => {
    const open = memoryTable();
    const pacer = sharedPacer(open, { writes: 100, windowMs: 10_000 }, () => NOW);
    await pacer.reserve(97, false);
    const tooLate = await pacer.reserve(50, false, NOW + 5_000);
    expect(tooLate.at).toBeGreaterThan(NOW + 5_000);
    expect(await pacer.reserve(50, false)).toEqual(tooLate);
  });

  it('holds for ten minutes at most, whatever an answer asks for', async () => {
    const pacer = sharedPacer(memoryTable(), { writes: 100, windowMs: 10_000 }, () => NOW);
    await pacer.holdUntil(NOW + 24 * 60 * 60_000);
    expect(await pacer.reserve(1, true)).toEqual({ at: NOW + 10 * 60_000, writes: 1 });
  });
});
