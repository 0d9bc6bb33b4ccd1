import { describe, expect, it } from 'vitest';
import { presumedState, rememberOverwritten } from '../../../shared/users/presumedState.ts';
import { NOW, sampleRow } from '../../support/samples.ts';

const LAG_MS = 120_000;
const changed = (msAgo: number) =>
  sampleRow({ state: 'enabled', overwritten: [{ state: 'disabled', at: new Date(NOW - msAgo).toISOString() }] });

describe('presumedState', () => {
  it('takes a read for the truth when nothing is known', () => {
    expect(presumedState('enforced', sampleRow(), NOW, LAG_MS)).toBe('enforced');
  });

  it('takes a read for the truth when no state of the user is known, whatever was overwritten', () => {
    expect(presumedState('disabled', { ...changed(1_000), state: null }, NOW, LAG_MS)).toBe('disabled');
  });

  it('does not take a read that shows what was overwritten a moment ago', () => {
    expect(presumedState('disabled', changed(1_000), NOW, LAG_MS)).toBe('enabled');
  });

  it('takes it once reads cannot lag so far behind', () => {
    expect(presumedState('disabled', changed(LAG_MS), NOW, LAG_MS)).toBe('disabled');
  });

  it('accepts a state that was not overwritten: Entra promotes by itself', () => {
    expect(presumedState('enforced', changed(1_000), NOW, LAG_MS)).toBe('enforced');
  });

  it('takes the state that was written', () => {
    expect(presumedState('enabled', changed(1_000), NOW, LAG_MS)).toBe('enabled');
  });
});

describe('rememberOverwritten', () => {
  it('remembers the ten newest states, so that a row stays small', () => {
    let row = sampleRow();
    for (let change = 0; change < 15; change++)
      row = { ...row, overwritten: rememberOverwritten(row, 'disabled', new Date(NOW + change).toISOString()) };
    expect(row.overwritten.map(({ at }) => Date.parse(at) - NOW)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });
});
