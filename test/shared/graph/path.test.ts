import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphPath, odataText } from '../../../shared/graph/path.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }), // whole characters of any kind
  fc.string({ unit: fc.constantFrom('/', '..', '%2f', '?', '#', '&', "'", '\\', ' ', '\n', 'ä', '💥', 'a') }),
);

describe('graphPath', () => {
  it('lets no data change which resource is meant', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const path = graphPath`/users/${text}/authentication/requirements`;
        const segments = path.split('/');
        expect(segments).toHaveLength(5);
        expect(decodeURIComponent(segments[2] as string)).toBe(text);
        expect(path).not.toMatch(/[?#\s]/);
      }),
    );
  });
});

describe('odataText', () => {
  it('is one literal that reads as what went in', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const literal = odataText(text);
        expect(literal).toMatch(/^'(?:[^']|'')*'$/s);
        expect(literal.slice(1, -1).replaceAll("''", "'")).toBe(text);
      }),
    );
  });
});
