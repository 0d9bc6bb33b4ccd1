import { z } from 'zod';
import type { OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { operationView } from './operationView.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

const PAGE_SIZE = 20;
const positionSchema = z.tuple([z.string().regex(/^newest-\d{15}$/)]);
const LIST: ListQuery = { list: 'operations', filters: {} };

/** A page of operations, newest first, and the link to the next page. */
export async function listOperations(
  page: string | undefined,
  deps: { readonly index: OperationIndex; readonly operations: OperationStore; readonly progress: ProgressReader },
  baseUrl: string,
): Promise<{ value: ReturnType<typeof operationView>[]; nextLink?: string }> {
  const [after] = readPageToken(LIST, page, positionSchema) ?? [];
  const value: ReturnType<typeof operationView>[] = [];
  let last = '';
  for await (const entry of deps.index.newestFirst(after)) {
    const operation = await deps.operations.get(entry.operationId);
    // An interrupted request can leave a rank without an operation.
    if (operation?.rank !== entry.sequence) continue;
    if (value.length === PAGE_SIZE) return { value, nextLink: nextPage(`${baseUrl}/operations`, LIST, [last]) };
    value.push(operationView(operation, await deps.progress.read(operation)));
    last = entry.key;
  }
  return { value };
}
