import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../local/demo/options.ts';
import { UsageError } from '../../../local/options.ts';

describe('readOptions', () => {
  it('draws 500 references from 2,000 users and enables them when nothing is said', () => {
    expect(readOptions([])).toEqual({
      users: 2000,
      seed: 1,
      state: 'enabled',
      list: { size: 500 },
      promote: false,
      json: false,
      help: false,
    });
  });

  it.each([
    [['--csv', 'mine.csv'], { file: 'mine.csv' }],
    [['--csv=mine.csv', '--users', '100'], { file: 'mine.csv' }],
    [['--users', '20000', '--csv'], { size: 10_000 }],
    [['--csv', '--users', '20000'], { size: 10_000 }],
    [['--csv', '--json'], { size: 1_000 }],
    [['--csv', ''], { size: 1_000 }],
    [['--users', '20000'], { size: 500 }],
    [['--users', '300'], { size: 150 }],
  ])('takes from %j the list %j', (args, list) => {
    expect(readOptions(args).list).toEqual(list);
  });

  it.each([
    [['--wat'], /--wat/],
    [['mine.csv'], /mine\.csv/],
    [['--users', '49'], /--users must be a whole number from 50/],
    [['--users', '1e3'], /--users/],
    [['--seed', '-1'], /--seed/],
    [['--seed', 'x'], /--seed must be a whole number/],
    [['--state', 'Enabled'], /--state must be one of disabled, enabled, enforced/],
    [['--state'], /--state/],
  ])('refuses %j and says why', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
