import { describe, expect, test } from 'vitest';
import { compareRoutes, matchRoute, parseRoute } from '../../../../local/functions-host/http/route.ts';

const match = (template: string, path: string) => matchRoute(parseRoute(template), path === '' ? [] : path.split('/'));

describe('a route', () => {
  test.each<[string, string, Record<string, string> | undefined]>([
    ['', '', {}],
    ['a/b', 'A/b', {}],
    ['a/b', 'a', undefined],
    ['a/{x}', 'a/1', { x: '1' }],
    ['a/{x}', 'a', undefined],
    ['a/{x?}', 'a', {}],
    ['a/{x=5}', 'a', { x: '5' }],
    ['a/{x:int=5}', 'a/7', { x: '7' }],
    ['a/{x:int?}', 'a', {}],
    ['a/{x:int?}', 'a/b', undefined],
    ['a/{x:int:min(3)}', 'a/2', undefined],
    ['a/{x:int:min(3)}', 'a/3', { x: '3' }],
    ['a/{x:int}', 'a/2147483648', undefined],
    ['a/{x:long}', 'a/2147483648', { x: '2147483648' }],
    ['a/{x:guid}', 'a/071cc716-8147-4397-a5ba-b2105951cc0b', { x: '071cc716-8147-4397-a5ba-b2105951cc0b' }],
    ['a/{x:guid}', 'a/071cc716', undefined],
    ['a/{x:bool}', 'a/True', { x: 'True' }],
    ['a/{x:alpha}', 'a/b1', undefined],
    ['a/{x:length(2,3)}', 'a/bcd', { x: 'bcd' }],
    ['a/{x:length(2)}', 'a/bcd', undefined],
    ['a/{x:range(1,3)}', 'a/4', undefined],
    ['a/{x:regex(^\\d{{3}}$)}', 'a/123', { x: '123' }],
    ['a/{x:regex(^(b|c/d)$)}', 'a/e', undefined],
    ['a/{*rest}', 'a', {}],
    ['a/{*rest}', 'a/b/c', { rest: 'b/c' }],
    ['a/{**rest}', 'a/b/c', { rest: 'b/c' }],
  ])('%s and the path %s give %o', (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  test.each(['{x:odd}', '{x:int', 'a{x}b', '{x}.{y}'])('%s is refused', (template) => {
    expect(() => parseRoute(template)).toThrow();
  });
});

test('the more specific route comes first: literal, constrained, parameter, catch-all', () => {
  const routes = ['a/{*x}', 'a/{x}', 'a/{x:int}', 'a/b', '{y}/b'].map(parseRoute);
  expect(routes.sort(compareRoutes).map(({ template }) => template)).toEqual([
    'a/b',
    'a/{x:int}',
    'a/{x}',
    'a/{*x}',
    '{y}/b',
  ]);
});
