import type { Operation } from '../domain/operation.ts';
import type { OutcomeKind } from '../domain/outcome.ts';
import { InvalidRequestError } from '../errors.ts';
import { type OperationItem, readItems } from '../operations/items.ts';
import type { OperationStore } from '../operations/operationStore.ts';

/** Pages without a single match that are read before an answer is given all the same. */
const EMPTY_PAGES_READ = 10;

/** A page of an operation's references with their outcomes, and where the next one is. */
export async function listItems(
  operation: Operation,
  query: { readonly status: OutcomeKind | undefined; readonly page: string | undefined },
  operations: OperationStore,
  baseUrl: string,
): Promise<{ value: readonly OperationItem[]; nextLink?: string }> {
  const first = pageNumber(query.page);
  for (let page = first; ; page++) {
    const read = await readItems(operation, page, operations);
    if (read === undefined) return { value: [] };
    const value =
      query.status === undefined ? read.items : read.items.filter(({ outcome }) => outcome === query.status);
    if (!read.hasMore) return { value };
    if (value.length > 0 || page - first >= EMPTY_PAGES_READ) {
      const next = new URLSearchParams({ ...(query.status && { status: query.status }), page: String(page + 1) });
      return { value, nextLink: `${baseUrl}/operations/${operation.id}/items?${next}` };
    }
  }
}

function pageNumber(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text))
    throw new InvalidRequestError('page must be taken from a nextLink of this list.', { target: 'page' });
  return Number(text);
}
