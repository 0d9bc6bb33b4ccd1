import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpress, isTerminal, statusOf } from '../../../shared/domain/operation.ts';
import { emptyCounts, type OutcomeKind, outcomeKinds } from '../../../shared/domain/outcome.ts';
import { sampleOperation } from '../../support/samples.ts';

const counts = (some: Partial<Record<OutcomeKind, number>>) => ({ ...emptyCounts(), ...some });

describe('statusOf', () => {
  it.each([
    ['NotStarted', { pending: 3 }, true],
    ['NotStarted', {}, false],
    ['Running', { pending: 1, applied: 2 }, true],
    ['Running', { applied: 2 }, false],
    ['Succeeded', {}, true],
    ['Succeeded', { applied: 1, unchanged: 1, superseded: 1, duplicate: 1, wouldChange: 1 }, true],
    ['PartiallySucceeded', { applied: 1, failed: 1 }, true],
    ['PartiallySucceeded', { unchanged: 1, refused: 1 }, true],
    ['PartiallySucceeded', { superseded: 1, refused: 1 }, true],
    ['Failed', { refused: 2, failed: 1, duplicate: 1 }, true],
    ['Canceled', { canceled: 1, applied: 5, failed: 2 }, true],
  ] as const)('is %s for %j (complete: %s)', (status, some, complete) => {
    expect(statusOf(counts(some), complete)).toBe(status);
  });

  it('is terminal exactly when everything is there and nothing is pending', () => {
    const anyCounts = fc.record(
      Object.fromEntries(outcomeKinds.map((kind) => [kind, fc.nat({ max: 3 })])) as Record<
        OutcomeKind,
        fc.Arbitrary<number>
      >,
    );
    fc.assert(
      fc.property(anyCounts, fc.boolean(), (some, complete) => {
        expect(isTerminal(statusOf(some, complete))).toBe(complete && some.pending === 0);
      }),
    );
  });
});

describe('isExpress', () => {
  it('lets small lists pass beside large ones, and no groups', () => {
    expect(isExpress(sampleOperation({ references: 100 }))).toBe(true);
    expect(isExpress(sampleOperation({ references: 101 }))).toBe(false);
    expect(isExpress(sampleOperation({ references: 0, group: 'some-group' }))).toBe(false);
  });
});
