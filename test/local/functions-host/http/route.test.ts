import { describe, expect, test } from 'vitest';
import { matchRoute } from '../../../../local/functions-host/http/matchRoute.ts';
import { parseRoute } from '../../../../local/functions-host/http/route.ts';

const match = (template: string, path: string) => matchRoute(parseRoute(template), `/${path}`);

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
    ['a/{*rest}', 'a/b//c/', { rest: 'b//c/' }],
    ['a/{*rest}', 'a//b', undefined],
    ['a/{*rest=5}', 'a', { rest: '5' }],
    ['a/{*rest:minlength(3)}', 'a/b', undefined],
    ['a/{x}', 'a/b/', { x: 'b' }],
    ['a/{x}', 'a/b//', undefined],
    ['a//b', 'a/b', undefined],
    ['a/{x:int=b}', 'a', undefined],
    ['a/{x:int}', 'a/ -7 ', { x: ' -7 ' }],
    ['a/{x:long}', 'a/9223372036854775808', undefined],
    ['a/{x:double}', 'a/1,000.5e3', { x: '1,000.5e3' }],
    ['{x}.{y}', 'a.b.c', { x: 'a.b', y: 'c' }],
    ['{x}.{y}', '.b', undefined],
    ['{x}.{y?}', 'a', { x: 'a' }],
    ['{x}.{y?}', 'a.', undefined],
    ['{x}-{y}_{z}', 'a-b_c-d', { x: 'a', y: 'b', z: 'c-d' }],
    ['{x}-{y}_{z}', 'a_b-c', undefined],
    ['item-{x}', 'ITEM-5', { x: '5' }],
    // The text is looked for where it comes last, and nothing stands before that.
    ['item-{x}', 'item-item-5', undefined],
    ['{x}s', 'cats', { x: 'cat' }],
    ['{x}s', 's', undefined],
  ])('%s and the path %s give %o', (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  test.each(['{x:odd}', '{x:int', 'a{x}{y}', '{x}a{*y}', '{*x}/b', '{x}/{X}', '{x?}.{y}', '{x}-{y?}', '{x:min(a)}'])(
    '%s is refused',
    (template) => {
      expect(() => parseRoute(template)).toThrow();
    },
  );
});
