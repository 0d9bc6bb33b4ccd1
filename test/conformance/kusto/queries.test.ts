import { describe, expect, it } from 'vitest';
import { queries } from '../../infra/queries.ts';
import { queryChecker } from './language.ts';
import { tables } from './tables.ts';

const check = queryChecker(tables);

describe('the language service', () => {
  it.each(queries)('finds no fault in $name', ({ query }) => {
    expect(check(query)).toEqual([]);
  });

  it.each([
    ['a column that the table does not have', "AppTraces | where Text == 'x'", 'KS142'],
    ['a table that there is not', 'AppTrace | count', 'KS204'],
    ['a word of the language as a name', 'AppTraces | summarize last = max(TimeGenerated)', 'KS228'],
    ['a function with too few arguments', 'AppTraces | extend line = parse_json()', 'KS119'],
    ['a number in the place of a text', 'AppTraces | where Message startswith 7', 'KS106'],
    ['a column that is gone', 'AppTraces | summarize calls = count() | where Message != ""', 'KS142'],
  ])('would find %s', (_, query, code) => {
    expect(check(query).map((fault) => fault.code)).toContain(code);
  });
});
