import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheFor } from '../../shared/cacheFor.ts';
import { backoffMs } from '../../shared/wait.ts';

describe('backoffMs', () => {
  it('doubles from a quarter of a second to half a minute', () => {
    expect([0, 1, 2, 3, 6, 7, 50].map((attempt) => backoffMs(attempt, undefined, 0))).toEqual([
      250, 500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('waits at least as long as asked for, and at most a quarter longer', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.integer({ min: 1_000, max: 600_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, retryAfterMs, random) => {
          const ms = backoffMs(attempt, retryAfterMs, random);
          expect(ms).toBeGreaterThanOrEqual(retryAfterMs);
          expect(ms).toBeLessThanOrEqual(retryAfterMs * 1.25 + 1);
        },
      ),
    );
  });

  it('never becomes a loop without a pause, also when asked not to wait at all', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.constantFrom(0, 1, undefined), (attempt, retryAfterMs) => {
        expect(backoffMs(attempt, retryAfterMs, 0)).toBeGreaterThanOrEqual(100);
      }),
    );
  });
});

describe('remember', () => {
  function counted(answers: (number | undefined)[]) {
    const clock = { now: 0 };
    let asked = 0;
    const read = async (): Promise<number | undefined> => answers[asked++];
    return { clock, asked: () => asked, ask: cacheFor(read, { freshForMs: 60_000, now: () => clock.now }) };
  }

  it('asks once, however many wait, and again when the answer is old', async () => {
    const { clock, asked, ask } = counted([1, 2]);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    clock.now = 59_999;
    expect(await ask()).toBe(1);
    clock.now = 60_000;
    expect(await ask()).toBe(2);
    expect(asked()).toBe(2);
  });

  it('asks again soon when there was no answer', async () => {
    const { clock, ask } = counted([undefined, 1]);
    expect(await ask()).toBeUndefined();
    clock.now = 5_000;
    expect(await ask()).toBe(1);
  });

  it('asks again at once when asking failed', async () => {
    let calls = 0;
    const ask = cacheFor(
      async () => {
        if (calls++ === 0) throw new Error('away');
        return 1;
      },
      { freshForMs: 60_000, now: () => 0 },
    );
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(1);
  });
});
