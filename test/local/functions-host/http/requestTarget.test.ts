import { expect, test } from 'vitest';
import { encodePath } from '../../../../local/functions-host/http/encodePath.ts';
import { decodePath, parseTarget } from '../../../../local/functions-host/http/requestTarget.ts';

test.each([
  ['/', '/', '/'],
  ['/a%20b/%C3%A4', '/a b/ä', '/a%20b/%C3%A4'],
  ['/a%2Fb/c%2fd', '/a%2Fb/c%2fd', '/a%2Fb/c%2fd'],
  ['/100%25', '/100%', '/100%25'],
  ['/%252F', '/%2F', '/%2F'],
  ['/%FF%41', '/%FFA', '/%FFA'],
  ['/%C3', '/%C3', '/%C3'],
  ['/%', '/%', '/%25'],
  ['/a/./b/../c', '/a/c', '/a/c'],
  ['/a/%2E%2E/c', '/c', '/c'],
  ['/../../a', '/a', '/a'],
  ['/a/..', '/', '/'],
  ['/a/.', '/a/', '/a/'],
  ['/a//b/', '/a//b/', '/a//b/'],
  ['/a+b%2Bc', '/a+b+c', '/a+b+c'],
  ['/%F0%9F%94%91', '/🔑', '/%F0%9F%94%91'],
])('the path %s is decoded to %s, and stands in an address as %s', (path, decoded, encoded) => {
  expect(decodePath(path)).toBe(decoded);
  expect(encodePath(decoded)).toBe(encoded);
});

test.each([
  ['GET', '/a?b=/c', { path: '/a', query: '?b=/c' }],
  ['GET', 'http://HOST:1/a?b', { path: '/a', query: '?b' }],
  ['GET', 'https://host:1', { path: '/', query: '' }],
  ['GET', 'http://other/a', undefined],
  ['GET', 'a', undefined],
  ['GET', '*', undefined],
  ['OPTIONS', '*', { path: '', query: '' }],
  ['CONNECT', 'host:1', { path: '', query: '' }],
  ['GET', '/a#b', undefined],
  ['GET', '/a?b#c', undefined],
  ['GET', '/a%00', undefined],
])('%s %s is a request for %o', (method, target, expected) => {
  expect(parseTarget(method, target, 'host:1')).toEqual(expected);
});
