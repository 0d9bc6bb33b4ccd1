import { expect, test } from 'vitest';
import { parseFilter } from '../../../../local/graph/odata/filter.ts';

const FILTERABLE = {
  name: ['eq', 'in', 'startswith'],
  state: ['eq'],
  registered: ['eq'],
  at: ['ge', 'le'],
} as const;

const ITEM: Record<string, unknown> = {
  name: "O'Neil, (Jo)",
  state: 'enabled',
  registered: true,
  at: '2026-03-02T08:00:00Z',
};

test.each([
  ["name eq 'o''neil, (jo)'", true],
  ["name in ('x','O''Neil, (Jo)')", true],
  ["name in ('x')", false],
  ["startswith(name,'o''')", true],
  ['registered eq true', true],
  ['registered eq false', false],
  ['state eq null', false],
  ["state eq 'x' and registered eq false or registered eq true", true],
  ["state eq 'x' and (registered eq false or registered eq true)", false],
  ["state eq 'x' or state eq 'enabled'", true],
  ['at ge 2026-03-02T08:00:00Z and at le 2026-03-02T08:00:00Z', true],
  ['at ge 2026-03-02T08:00:01Z', false],
])('%s', (text, expected) => {
  expect(parseFilter(text, FILTERABLE).matches((property) => ITEM[property])).toBe(expected);
});

test.each([
  "name ne 'x'",
  "state in ('x')",
  "constructor eq 'x'",
  "name eq 'x' name eq 'y'",
  "(name eq 'x'",
  'name eq x',
  "name eq 'x",
  'not',
  '',
])('refuses: %s', (text) => {
  expect(() => parseFilter(text, FILTERABLE)).toThrow(expect.objectContaining({ status: 400 }));
});
