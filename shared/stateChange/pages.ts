import type { ReferencePage } from '../domain/referencePage.ts';
import { normalizeReference } from '../domain/userReference.ts';
import { cut } from '../groupBy.ts';

/** References in a page: one row in storage, one message, one step of planning. Graph lists groups in pages of 999. */
export const PAGE_SIZE = 999;

/** Cuts the users of a request into pages and marks repeated references. */
export function cutPages(users: readonly string[]): ReferencePage[] {
  const seen = new Set<string>();
  return cut(users, PAGE_SIZE).map((references) => {
    const repeated: number[] = [];
    references.forEach((reference, position) => {
      const normal = normalizeReference(reference);
      if (seen.has(normal)) repeated.push(position);
      else seen.add(normal);
    });
    return { references, repeated, nextLink: null };
  });
}
