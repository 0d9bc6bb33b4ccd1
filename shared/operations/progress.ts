import { BoundedMap } from '../boundedMap.ts';
import { isAwaitingApproval } from '../domain/approval.ts';
import { isTerminal, type Operation, type Progress, statusOf } from '../domain/operation.ts';
import { emptyCounts } from '../domain/outcome.ts';
import type { OperationStore } from './operationStore.ts';

/** The maximum number of finished operations in the cache; each takes about 300 bytes. */
const MAX_CACHED = 1_000;

/**
 * Reads the progress of operations. Progress is the sum over an operation's rows, so it needs no counter and counts nothing
 * twice. The progress of a finished operation never changes and is cached.
 */
export class ProgressReader {
  readonly #operations: OperationStore;
  readonly #finished = new BoundedMap<string, Progress>(MAX_CACHED);

  constructor(operations: OperationStore) {
    this.#operations = operations;
  }

  /** Whether the operation with this id has finished; missing when there is none. */
  async standingOf(id: string): Promise<'open' | 'finished' | 'missing'> {
    const operation = await this.#operations.get(id);
    if (operation === undefined) return 'missing';
    return isTerminal((await this.read(operation)).status) ? 'finished' : 'open';
  }

  async read(operation: Operation): Promise<Progress> {
    // An id may be used again after a purge, a rank never.
    const key = `${operation.id} ${operation.rank}`;
    const known = this.#finished.get(key);
    if (known !== undefined) return known;
    const progress = await countRows(operation, this.#operations);
    if (progress.finishedAt !== null) this.#finished.set(key, progress);
    return progress;
  }
}

async function countRows(operation: Operation, operations: OperationStore): Promise<Progress> {
  const counts = emptyCounts();
  let references = 0;
  let pages = 0;
  let inChunks = 0;
  let toBeInChunks = 0;
  let finishedAt = operation.acceptedAt;
  for await (const row of operations.progressRows(operation.id)) {
    const isPage = row.key.startsWith('references-');
    const isResolution = row.key.startsWith('resolution-');
    const isChunk = row.key.startsWith('chunk-');
    if (isPage) references += row.count;
    if (isResolution) {
      pages++;
      toBeInChunks += row.count - row.outcomes.length;
    }
    if (isChunk) inChunks += row.count;
    for (const kind of row.outcomes) counts[kind]++;
    if (row.finishedAt > finishedAt) finishedAt = row.finishedAt;
  }
  const finished = Object.values(counts).reduce((sum, count) => sum + count, 0);
  counts.pending = references - finished;
  const complete = operation.pageCount !== null && pages === operation.pageCount && inChunks === toBeInChunks;
  const status = isAwaitingApproval(operation) ? 'AwaitingApproval' : statusOf(counts, complete);
  return { status, counts, references, finishedAt: isTerminal(status) ? finishedAt : null };
}
