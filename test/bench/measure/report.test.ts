import { expect, test } from 'vitest';
import { atLeast, atMost } from '../../../bench/measure/benchmark.ts';
import { readable } from '../../../bench/measure/report.ts';

test('A target is reached at its number, and not beside it.', () => {
  expect([atLeast('x', 50, 50), atLeast('x', 50, 49.999_9)].map(({ reached }) => reached)).toEqual([true, false]);
  expect([atMost('x', 5, 5), atMost('x', 5, 5.000_1)].map(({ reached }) => reached)).toEqual([true, false]);
});

test('A target is not reached when the number is unknown.', () => {
  expect(atMost('MB', 5, undefined)).toMatchObject({ value: null, reached: false });
});

test('A report for people has every measure and says what was not reached.', () => {
  const text = readable({
    name: 'apply',
    seconds: 12,
    machine: '2 × some processor',
    node: '20.20.2',
    date: '2026-11-25T00:00:00.000Z',
    measures: { once: 1, 'more than once': { median: 2, min: 1, max: 3, runs: 3 }, byName: { host: 4, graph: 5 } },
    targets: [atLeast('users per second', 1_000, 999), atMost('seconds', 5, 4)],
    notes: ['A note.'],
  });
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'apply  (12 s, 2 × some processor, Node.js 20.20.2, 2026-11-25T00:00:00.000Z)',
    'once            1',
    'more than once  2  (1 to 3, 3 runs)',
    'byName          host 4, graph 5',
    'NOT REACHED  999, at least 1000: users per second',
    'reached      4, at most 5: seconds',
    'A note.',
    '',
  ]);
});
