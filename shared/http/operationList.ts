import { InvalidRequestError } from '../errors.ts';
import type { OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { operationView } from './operationView.ts';

const PAGE_SIZE = 20;
const ENTRY_KEY = /^newest-\d{15}$/;

/** A page of operations, newest first, and where the next one is. */
export async function listOperations(
  after: string | undefined,
  deps: { readonly index: OperationIndex; readonly operations: OperationStore; readonly progress: ProgressReader },
  baseUrl: string,
): Promise<{ value: ReturnType<typeof operationView>[]; nextLink?: string }> {
  if (after !== undefined && !ENTRY_KEY.test(after))
    throw new InvalidRequestError('after must be taken from a nextLink of this list.', { target: 'after' });
  const value: ReturnType<typeof operationView>[] = [];
  for await (const entry of deps.index.newestFirst(after)) {
    const operation = await deps.operations.get(entry.operationId);
    // A request that was cut off before its operation was stored leaves a rank without an operation.
    if (operation?.rank !== entry.sequence) continue;
    value.push(operationView(operation, await deps.progress.read(operation)));
    if (value.length === PAGE_SIZE) return { value, nextLink: `${baseUrl}/operations?after=${entry.key}` };
  }
  return { value };
}
