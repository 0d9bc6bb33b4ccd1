import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPages, PAGE_SIZE } from '../../../shared/stateChange/pages.ts';

describe('cutPages', () => {
  it('keeps every reference as it was given, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 * PAGE_SIZE, size: 'max' }), (users) => {
        const pages = cutPages({ users });
        expect(pages.flatMap(({ references }) => references)).toEqual(users);
        expect(pages.every(({ references }) => references.length <= PAGE_SIZE)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('marks what was named before, in this page or an earlier one, whatever the case', () => {
    const users = Array.from({ length: PAGE_SIZE + 2 }, (_, number) => `user${number}@contoso.com`);
    users[5] = 'USER1@contoso.com';
    users[PAGE_SIZE] = 'User0@Contoso.com';
    expect(cutPages({ users }).map(({ repeated }) => repeated)).toEqual([[5], [0]]);
  });

  it('marks every spelling but the first', () => {
    const name = fc.constantFrom('a@b.c', 'A@b.c', 'a@B.C', 'x@y.z', 'X@Y.Z');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), (users) => {
        const [page] = cutPages({ users });
        const first = users.filter((_, position) => !page?.repeated.includes(position));
        expect(first.map((user) => user.toLowerCase())).toEqual([...new Set(users.map((user) => user.toLowerCase()))]);
      }),
    );
  });
});
