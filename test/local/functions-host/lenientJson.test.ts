import { expect, test } from 'vitest';
import { parseLenientJson } from '../../../local/functions-host/lenientJson.ts';

test.each<[string, unknown]>([
  ['\uFEFF{"a":1}', { a: 1 }],
  ['{ // a comment, with "quotes"\n "a": 1 }', { a: 1 }],
  ['{ /* [1,\n2,] */ "a": 1 }', { a: 1 }],
  ['{"a":[1,2,],"b":{"c":3,},}', { a: [1, 2], b: { c: 3 } }],
  ['{"a":[1, // last\n ]}', { a: [1] }],
  ['{"a":"// no comment, /* none */ ,]","b":"\\"//"}', { a: '// no comment, /* none */ ,]', b: '"//' }],
])('%j is read', (text, value) => {
  expect(parseLenientJson(text)).toEqual(value);
});

test.each(['{"version":', '[1,,]', '{"a":1} /* open', "{'a':1}"])('%j is refused', (text) => {
  expect(() => parseLenientJson(text)).toThrow(SyntaxError);
});
