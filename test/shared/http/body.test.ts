import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_MAX_DEPTH, JSON_MAX_VALUES, parseJson } from '../../../shared/http/body.ts';
import { measureJson } from '../../../shared/http/jsonSize.ts';

/** Depth and number of values, found by walking what was parsed. An empty list counts as one value. */
function walk(value: unknown): { depth: number; values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 };
  const parts = Object.values(value).map(walk);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    values: Math.max(
      1,
      parts.reduce((sum, { values }) => sum + values, 0),
    ),
  };
}

describe('JSON', () => {
  it('is measured before it is parsed: never deeper or larger than measured', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        const found = walk(JSON.parse(text));
        const measured = measureJson(text);
        expect(measured.depth).toBe(found.depth);
        expect(measured.values).toBeLessThanOrEqual(found.values);
        expect(found.values).toBeLessThanOrEqual(measured.values + text.split('[]').length + text.split('{}').length);
      }),
    );
  });

  it('may be as deep as the limit, brackets in texts not counted', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(() => parseJson(nested(JSON_MAX_DEPTH))).not.toThrow();
    expect(() => parseJson(JSON.stringify(`\\"${nested(1_000)}`))).not.toThrow();
    expect(() => parseJson(nested(JSON_MAX_DEPTH + 1))).toThrow(/levels/);
    expect(() => parseJson('{"a":'.repeat(100_000))).toThrow(/levels/);
  });

  it('may hold as many values as the limit', () => {
    const list = (values: number): string => `[${'0,'.repeat(values - 1)}0]`;
    expect(() => parseJson(list(JSON_MAX_VALUES))).not.toThrow();
    expect(() => parseJson(list(JSON_MAX_VALUES + 1))).toThrow(/values/);
  });
});
