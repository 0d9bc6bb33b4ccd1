import type { z } from 'zod';
import type { Refused } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { type ListPage, readListPage } from '../graph/listPage.ts';

/**
 * Reads all pages of a list of accounts. One item that cannot be read makes the list unknown, because it may be an account
 * to protect.
 * @returns undefined when Graph did not answer, or a link has expired: the next attempt begins with the first page
 */
export async function readWholeList<T>(
  send: SendToGraph,
  item: z.ZodType<T>,
  path: string,
): Promise<readonly T[] | Refused | undefined> {
  const items: T[] = [];
  let nextLink: string | null = null;
  do {
    const page: ListPage<T> = await readListPage(send, item, { method: 'GET', path }, nextLink);
    if (page.kind === 'refused') return page;
    if (page.kind !== 'page' || page.unreadable > 0) return undefined;
    items.push(...page.items);
    nextLink = page.nextLink;
  } while (nextLink !== null);
  return items;
}
