import { expect, test } from 'vitest';
import { decodePath } from '../../../../local/functions-host/http/requestPath.ts';

test.each<[string, string[] | undefined]>([
  ['/', []],
  ['/a/b/?x=/y', ['a', 'b']],
  ['/a%20b/%C3%A4', ['a b', 'ä']],
  ['/a%2Fb/c%2fd', ['a%2Fb', 'c%2fd']],
  ['/100%25', ['100%']],
  ['/%252F', ['%2F']],
  ['/%FF%41', ['%FFA']],
  ['/%C3', ['%C3']],
  ['/%', ['%']],
  ['/a/./b/../c', ['a', 'c']],
  ['/a/%2E%2E/c', ['c']],
  ['/../../a', ['a']],
  ['/a//b', ['a', '', 'b']],
  ['/a+b', ['a+b']],
  ['http://host:1/a/b#c', ['a', 'b']],
  ['/a%00', undefined],
])('%s has the segments %o', (target, segments) => {
  expect(decodePath(target)).toEqual(segments);
});
