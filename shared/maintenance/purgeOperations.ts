import { isTerminal, type Operation } from '../domain/operation.ts';
import type { DeliveryStore } from '../notifications/deliveryStore.ts';
import type { IndexEntry, OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { isUnreadable } from '../tables/failures.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface PurgeOperationsDependencies {
  readonly operations: OperationStore;
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly deliveries: DeliveryStore;
  readonly now: () => number;
}

export interface PurgeOperationsSummary {
  /** Operations that were removed. */
  readonly purged: number;
  /** Operations with rows that cannot be read, which were left out. */
  readonly unreadable: number;
}

/**
 * Removes finished operations that were requested before a time. The index entry is removed last, so the next invocation
 * finishes what this one leaves.
 * @param before milliseconds since 1970
 * @param deadline when to stop, in milliseconds since 1970
 */
export async function purgeOperations(
  before: number,
  deadline: number,
  deps: PurgeOperationsDependencies,
): Promise<PurgeOperationsSummary> {
  const summary = { purged: 0, unreadable: 0 };
  for await (const entry of deps.index.olderThan(before)) {
    if (deps.now() > deadline) break;
    try {
      if (await purgeOne(entry, deps)) summary.purged++;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      summary.unreadable++;
    }
  }
  return summary;
}

/** An exception needs its operation until it has ended, and a day longer, when the service was not there at its end. */
function hasException({ until }: Operation, now: number): boolean {
  return until !== undefined && Date.parse(until) + DAY_MS > now;
}

/** Removes the operation of an entry. Returns false when it has not finished, or an exception needs it. */
async function purgeOne(
  entry: IndexEntry,
  { operations, index, progress, deliveries, now }: PurgeOperationsDependencies,
): Promise<boolean> {
  const operation = await operations.get(entry.operationId);
  // An interrupted request leaves an index entry with another rank than its operation, which was stored later.
  const isHere = operation === undefined || operation.rank === entry.sequence;
  if (operation !== undefined && isHere) {
    if (hasException(operation, now()) || !isTerminal((await progress.read(operation)).status)) return false;
  }
  if (isHere) {
    await deliveries.purge(entry.operationId);
    await operations.purge(entry.operationId);
  }
  await index.remove(entry.key);
  return true;
}
