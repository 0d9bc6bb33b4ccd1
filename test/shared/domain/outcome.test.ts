import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  latestOutcomeAt,
  mergeOutcomes,
  type Outcome,
  outcomeKinds,
  settledKinds,
} from '../../../shared/domain/outcome.ts';

const outcome = fc.record({
  outcome: fc.constantFrom(...outcomeKinds.filter((kind) => kind !== 'pending')),
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
}) as fc.Arbitrary<Outcome>;
const list = fc.array(fc.option(outcome), { minLength: 8, maxLength: 8 });

describe('mergeOutcomes', () => {
  it('never changes what is settled, and takes what is new', () => {
    fc.assert(
      fc.property(list, list, (stored, found) => {
        const merged = mergeOutcomes(stored, found);
        merged.forEach((one, index) => {
          expect(one).toBe(stored[index] ?? found[index] ?? null);
        });
      }),
    );
  });

  it('gives the same however often and in whatever pieces it is done', () => {
    fc.assert(
      fc.property(list, list, list, (stored, first, second) => {
        const merged = mergeOutcomes(mergeOutcomes(stored, first), second);
        expect(mergeOutcomes(merged, first)).toEqual(merged);
        expect(mergeOutcomes(stored, mergeOutcomes(first, second))).toEqual(merged);
      }),
    );
  });

  it('does not grow beyond the users of the chunk', () => {
    const one: Outcome = { outcome: 'applied', at: '2026-03-02T08:00:00.000Z' };
    expect(mergeOutcomes([null], [null, one])).toEqual([null]);
  });
});

describe('the short columns of a row', () => {
  it('name every settled outcome once, and the time of the last', () => {
    fc.assert(
      fc.property(list, (outcomes) => {
        const settled = outcomes.filter((one) => one !== null);
        expect(settledKinds(outcomes).split(' ').filter(Boolean)).toEqual(settled.map((one) => one.outcome));
        const times = settled.map(({ at }) => at).sort();
        expect(latestOutcomeAt(outcomes)).toBe(times.at(-1) ?? '');
      }),
    );
  });
});
