import { failingOf, type NamedUsers } from '../domain/namedUsers.ts';
import type { ReferencePage } from '../domain/referencePage.ts';
import { normalizeReference } from '../domain/userReference.ts';
import { cut, groupBy } from '../groupBy.ts';

/** References in a page: one row in storage, one message, one step of planning. Graph lists groups in pages of 999. */
export const PAGE_SIZE = 999;

/**
 * Cuts the users of a request into pages and marks repeated references. Users who fail without being looked up fail each
 * for itself, however they are written.
 */
export function cutPages({ users, remarks = [], states }: Partial<NamedUsers>): ReferencePage[] {
  const seen = new Set<string>();
  const failing = new Set(failingOf(remarks).map(({ position }) => position));
  const remarksOf = groupBy(remarks, ({ position }) => Math.floor(position / PAGE_SIZE));
  return cut(users ?? [], PAGE_SIZE).map((references, page) => {
    const start = page * PAGE_SIZE;
    const repeated: number[] = [];
    references.forEach((reference, position) => {
      if (failing.has(start + position)) return;
      const normal = normalizeReference(reference);
      if (seen.has(normal)) repeated.push(position);
      else seen.add(normal);
    });
    const own = remarksOf.get(page)?.map((remark) => ({ ...remark, position: remark.position - start }));
    return {
      references,
      repeated,
      nextLink: null,
      ...(own === undefined ? {} : { remarks: own }),
      ...(states === undefined ? {} : { states: states.slice(start, start + PAGE_SIZE) }),
    };
  });
}
