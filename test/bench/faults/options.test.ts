import { expect, it } from 'vitest';
import { readOptions } from '../../../bench/faults/options.ts';
import { UsageError } from '../../../local/options.ts';

it('takes a campaign apart from its defaults', () => {
  expect(readOptions(['--seed', '7', '--users', '1000', '--operations', '40', '--json'])).toMatchObject({
    seed: 7,
    users: 1_000,
    operations: 40,
    json: true,
    plan: false,
    regressions: false,
  });
  expect(readOptions([])).toMatchObject({ seed: 1, json: false, log: undefined });
});

it.each([['--seed', '-1'], ['--users', '5'], ['--operations', 'many'], ['--colour']])(
  'does not understand %s %s',
  (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  },
);
