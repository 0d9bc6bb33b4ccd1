import { describe, expect, it } from 'vitest';
import { believe, overwrite } from '../../../shared/users/presumedState.ts';
import { NOW, sampleRow } from '../../support/samples.ts';

const LAG_MS = 120_000;
const changed = (msAgo: number) =>
  sampleRow({ state: 'enabled', overwritten: [{ state: 'disabled', at: new Date(NOW - msAgo).toISOString() }] });

describe('believe', () => {
  it('takes a read for the truth when nothing is known', () => {
    expect(believe('enforced', sampleRow(), NOW, LAG_MS)).toBe('enforced');
  });

  it('does not take a read that shows what was overwritten a moment ago', () => {
    expect(believe('disabled', changed(1_000), NOW, LAG_MS)).toBe('enabled');
  });

  it('takes it once reads cannot lag so far behind', () => {
    expect(believe('disabled', changed(LAG_MS), NOW, LAG_MS)).toBe('disabled');
  });

  it('takes a state that nobody overwrote: Entra promotes by itself', () => {
    expect(believe('enforced', changed(1_000), NOW, LAG_MS)).toBe('enforced');
  });

  it('takes the state that was written', () => {
    expect(believe('enabled', changed(1_000), NOW, LAG_MS)).toBe('enabled');
  });
});

describe('overwrite', () => {
  it('remembers the ten newest states, so that a row stays small', () => {
    let row = sampleRow();
    for (let change = 0; change < 15; change++)
      row = { ...row, overwritten: overwrite(row, 'disabled', new Date(NOW + change).toISOString()) };
    expect(row.overwritten.map(({ at }) => Date.parse(at) - NOW)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });
});
