import { z } from 'zod';
import type { IndexEntry, OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { isUnreadable } from '../tables/failures.ts';
import { type OperationView, operationView } from './operationView.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

const PAGE_SIZE = 20;
const positionSchema = z.tuple([z.string().regex(/^newest-\d{15}$/)]);
const LIST: ListQuery = { list: 'operations', filters: {} };

interface ListDependencies {
  readonly index: OperationIndex;
  readonly operations: OperationStore;
  readonly progress: ProgressReader;
}

/** A page of operations, newest first, and the link to the next page. */
export async function listOperations(
  page: string | undefined,
  deps: ListDependencies,
  baseUrl: string,
): Promise<{ value: OperationView[]; nextLink?: string }> {
  const [after] = readPageToken(LIST, page, positionSchema) ?? [];
  const value: OperationView[] = [];
  let last = '';
  for await (const entry of deps.index.newestFirst(after)) {
    const view = await viewOf(entry, deps);
    if (view === undefined) continue;
    if (value.length === PAGE_SIZE) return { value, nextLink: nextPage(`${baseUrl}/operations`, LIST, [last]) };
    value.push(view);
    last = entry.key;
  }
  return { value };
}

/**
 * The operation of an entry; undefined when an interrupted request left a rank without an operation. An operation with rows
 * that cannot be read is left out too, so that the other ones can be listed: recovery and removal count it.
 */
async function viewOf(entry: IndexEntry, deps: ListDependencies): Promise<OperationView | undefined> {
  try {
    const operation = await deps.operations.get(entry.operationId);
    if (operation?.rank !== entry.sequence) return undefined;
    return operationView(operation, await deps.progress.read(operation));
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
