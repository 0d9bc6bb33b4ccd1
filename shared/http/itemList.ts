import { z } from 'zod';
import type { Operation } from '../domain/operation.ts';
import type { OutcomeKind } from '../domain/outcome.ts';
import { readItems } from '../operations/items.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { type OperationItemView, operationItemView } from './itemView.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

/** The maximum of pages without a match that are read for one answer. */
const EMPTY_PAGES_READ = 10;

const positionSchema = z.tuple([z.string().regex(/^\d{1,5}$/)]);

/** A page of an operation's references with their outcomes, the link to the next page, and the number so far. */
export async function listItems(
  operation: Operation,
  query: { readonly status?: OutcomeKind; readonly page?: string },
  { operations, progress }: { readonly operations: OperationStore; readonly progress: ProgressReader },
  baseUrl: string,
): Promise<{ value: OperationItemView[]; totalCount: number; nextLink?: string }> {
  const { page, status } = query;
  const list: ListQuery = { list: `operations/${operation.id}/items`, filters: { status } };
  const first = Number(readPageToken(list, page, positionSchema)?.[0] ?? 0);
  const { counts, references } = await progress.read(operation);
  const totalCount = status === undefined ? references : counts[status];
  for (let number = first; ; number++) {
    const read = await readItems(operation, number, operations);
    if (read === undefined) return { value: [], totalCount };
    const items = status === undefined ? read.items : read.items.filter(({ outcome }) => outcome === status);
    const value = items.map(operationItemView);
    if (!read.hasMore) return { value, totalCount };
    if (value.length > 0 || number - first >= EMPTY_PAGES_READ)
      return { value, totalCount, nextLink: nextPage(`${baseUrl}/${list.list}`, list, [String(number + 1)]) };
  }
}
