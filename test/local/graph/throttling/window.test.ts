import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWindow, type WindowKind } from '../../../../local/graph/throttling/window.ts';

const KINDS: WindowKind[] = ['tokenBucket', 'tumbling', 'sliding'];
const QUOTA = { limit: 30, windowSeconds: 10 };

function takeAll(window: ReturnType<typeof createWindow>, now: number, most = 1_000): number {
  let taken = 0;
  for (; taken < most && window.fits(1, now, 1); taken++) window.take(1, now);
  return taken;
}

describe.each(KINDS)('%s', (kind) => {
  test('gives the whole quota at first, and no more', () => {
    const window = createWindow(kind, QUOTA);
    expect(takeAll(window, 1_000_000)).toBe(30);
    expect(window.usage(1_000_000)).toBeCloseTo(1);
  });

  test('gives the whole quota again after a window', () => {
    const window = createWindow(kind, QUOTA);
    takeAll(window, 1_000_000);
    expect(takeAll(window, 1_010_000)).toBe(30);
  });

  test('keeps a part for others when only a share may be used', () => {
    const window = createWindow(kind, QUOTA);
    takeAll(window, 1_000_000, 24);
    expect(window.fits(1, 1_000_000, 0.8)).toBe(false);
    expect(window.fits(1, 1_000_000, 1)).toBe(true);
  });

  test('stops counting at 1.8 of the quota', () => {
    const window = createWindow(kind, QUOTA);
    for (let n = 0; n < 100; n++) window.take(1, 1_000_000);
    expect(window.usage(1_000_000)).toBeCloseTo(1.8);
  });

  test('after the time it asks to wait, the amount fits; just before, it does not', () => {
    const steps = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 5_000 }), amount: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(steps, (list) => {
        const window = createWindow(kind, QUOTA);
        let now = 1_000_000;
        for (const { after, amount } of list) {
          now += after;
          const wait = Math.ceil(window.waitMs(amount, now, 1));
          expect(window.fits(amount, now, 1)).toBe(wait === 0);
          if (wait > 1) expect(window.fits(amount, now + wait - 2, 1)).toBe(false);
          now += wait;
          expect(window.fits(amount, now, 1)).toBe(true);
          window.take(amount, now);
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** The most that was taken within any window's length, when a caller takes whatever it gets, every 10 ms. */
function busiest(kind: WindowKind): number {
  const window = createWindow(kind, QUOTA);
  const times: number[] = [];
  for (let now = 999_500; now < 1_030_000; now += 10) {
    for (let taken = takeAll(window, now); taken > 0; taken--) times.push(now);
  }
  return Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 10_000).length));
}

test('a sliding window never lets more than the quota through; the others can let almost twice as much', () => {
  expect(busiest('sliding')).toBe(30);
  expect(busiest('tumbling')).toBe(60);
  expect(busiest('tokenBucket')).toBeGreaterThan(55);
});
