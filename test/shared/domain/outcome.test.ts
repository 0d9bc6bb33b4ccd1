import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finalKinds, latestOutcomeAt, type Outcome, outcomeKinds } from '../../../shared/domain/outcome.ts';

const outcome = fc.record({
  outcome: fc.constantFrom(...outcomeKinds.filter((kind) => kind !== 'pending')),
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
}) as fc.Arbitrary<Outcome>;
const list = fc.array(fc.option(outcome), { minLength: 8, maxLength: 8 });

describe('the short columns of a row', () => {
  it('name every settled outcome once, and the time of the last', () => {
    fc.assert(
      fc.property(list, (outcomes) => {
        const settled = outcomes.filter((one) => one !== null);
        expect(finalKinds(outcomes).split(' ').filter(Boolean)).toEqual(settled.map((one) => one.outcome));
        const times = settled.map(({ at }) => at).sort();
        expect(latestOutcomeAt(outcomes)).toBe(times.at(-1) ?? '');
      }),
    );
  });
});
