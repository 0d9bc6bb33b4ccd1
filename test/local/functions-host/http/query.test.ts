import { expect, test } from 'vitest';
import { parseQuery } from '../../../../local/functions-host/http/query.ts';

test.each<[string, [string, string][]]>([
  ['', []],
  ['?', []],
  ['?&&', []],
  ['?a', [['a', '']]],
  ['?=1', [['', '1']]],
  ['??a=1', [['?a', '1']]],
  ['?a=1+2%2B3', [['a', '1 2+3']]],
  ['?a=/b?c=d', [['a', '/b?c=d']]],
  [
    '?a=%FF&b=%C3%28&c=%zz',
    [
      ['a', '%FF'],
      ['b', '%C3('],
      ['c', '%zz'],
    ],
  ],
  [
    '?state=1&STATE=2&State=3&other=4',
    [
      ['STATE', '1,2,3'],
      ['other', '4'],
    ],
  ],
])('the query %s has the parameters %o', (query, parameters) => {
  expect([...parseQuery(query)]).toEqual(parameters);
});
