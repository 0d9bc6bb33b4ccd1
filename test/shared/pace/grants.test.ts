import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addGrant, earliestStart, type Grant, joinGrants, roomAt } from '../../../shared/pace/grants.ts';

const LIMIT = { writes: 10, windowMs: 1_000 };
const grant = (at: number, writes: number): Grant => ({ at, writes });

describe('earliestStart', () => {
  it('is at once while there is room', () => {
    expect(earliestStart([], 10, 5, LIMIT)).toBe(5);
    expect(earliestStart([grant(0, 9)], 1, 5, LIMIT)).toBe(5);
  });

  it('is when enough has left the window', () => {
    expect(earliestStart([grant(0, 4), grant(100, 6)], 1, 200, LIMIT)).toBe(1_000);
    expect(earliestStart([grant(0, 4), grant(100, 6)], 5, 200, LIMIT)).toBe(1_100);
  });

  it('does not crowd a window that ends at a later grant', () => {
    expect(earliestStart([grant(500, 10)], 1, 0, LIMIT)).toBe(1_500);
    expect(earliestStart([grant(1_500, 10)], 10, 0, LIMIT)).toBe(0);
  });

  it('is after all others for more than the limit', () => {
    expect(earliestStart([grant(0, 1)], 11, 0, LIMIT)).toBe(1_000);
  });
});

describe('roomAt', () => {
  it('is what the fullest window leaves that the time lies in', () => {
    expect(roomAt([], 0, LIMIT)).toBe(10);
    expect(roomAt([grant(0, 4), grant(100, 5)], 200, LIMIT)).toBe(1);
    expect(roomAt([grant(0, 4), grant(100, 5)], 1_000, LIMIT)).toBe(5);
    expect(roomAt([grant(500, 7)], 0, LIMIT)).toBe(3);
    expect(roomAt([grant(1_500, 7)], 0, LIMIT)).toBe(10);
  });
});

describe('addGrant', () => {
  it('keeps the order of time and forgets what no window can hold', () => {
    expect(addGrant([grant(0, 1), grant(500, 2), grant(2_000, 3)], grant(1_200, 4), 1_000, 1_000)).toEqual([
      grant(500, 2),
      grant(1_200, 4),
      grant(2_000, 3),
    ]);
  });
});

describe('joinGrants', () => {
  const grants = fc
    .array(fc.record({ at: fc.nat({ max: 100_000 }), writes: fc.integer({ min: 1, max: 20 }) }))
    .map((list) => list.sort((a, b) => a.at - b.at));

  it('loses no write, and moves none back, or forward by as much as a slot', () => {
    fc.assert(
      fc.property(grants, fc.integer({ min: 1, max: 900 }), (list, slotMs) => {
        const upTo = (some: readonly Grant[], time: number): number =>
          some.reduce((sum, { at, writes }) => (at <= time ? sum + writes : sum), 0);
        const joined = joinGrants(list, slotMs);
        for (const { at } of [...list, ...joined]) {
          expect(upTo(joined, at)).toBeLessThanOrEqual(upTo(list, at));
          expect(upTo(joined, at + slotMs - 1)).toBeGreaterThanOrEqual(upTo(list, at));
        }
      }),
    );
  });

  it('changes nothing when done again, so that times do not creep', () => {
    fc.assert(
      fc.property(grants, fc.integer({ min: 1, max: 900 }), (list, slotMs) => {
        const joined = joinGrants(list, slotMs);
        expect(joinGrants(joined, slotMs)).toEqual(joined);
      }),
    );
  });
});
