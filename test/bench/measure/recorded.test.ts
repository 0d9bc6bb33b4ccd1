import { expect, test } from 'vitest';
import { withResults } from '../../../bench/measure/recorded.ts';
import type { Report } from '../../../bench/measure/report.ts';

const report: Report = {
  name: 'pace',
  seconds: 200,
  machine: '2 × some processor',
  node: '20.20.2',
  date: '2026-11-25T01:02:03.000Z',
  measures: {},
  targets: [{ what: 'seconds', target: 'at most 5', value: 4, reached: true }],
  notes: [],
};
const text = 'Before.\n<!-- results -->\n<!-- /results -->\nAfter.\n';

test('A table of results has its place in a text, and takes it again.', () => {
  const once = withResults(text, [report]);
  expect(once).toContain('| `pace` | seconds | at most 5 | 4 | yes |');
  expect(once).toContain('2026-11-25, 2 × some processor, Node.js 20.20.2');
  expect(once.startsWith('Before.\n')).toBe(true);
  expect(once.endsWith('\nAfter.\n')).toBe(true);
  expect(withResults(once, [report])).toBe(once);
});

test('A text without the place is left alone.', () => {
  expect(() => withResults('Nothing.', [report])).toThrow('no place');
});
