import { isTerminal } from '../domain/operation.ts';
import type { DeliveryStore } from '../notifications/deliveryStore.ts';
import type { OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';

export interface PurgeOperationsDependencies {
  readonly operations: OperationStore;
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly deliveries: DeliveryStore;
  readonly now: () => number;
}

/**
 * Removes operations that were asked for before a time, and are over. The place in the list of all goes last, so whatever
 * breaks off is finished by the next run.
 * @param before milliseconds since 1970
 * @param deadline when to stop, in milliseconds since 1970
 * @returns how many operations were removed
 */
export async function purgeOperations(
  before: number,
  deadline: number,
  { operations, index, progress, deliveries, now }: PurgeOperationsDependencies,
): Promise<number> {
  let purged = 0;
  for await (const entry of index.olderThan(before)) {
    if (now() > deadline) break;
    const operation = await operations.get(entry.operationId);
    // A request that was cut off leaves a rank that its operation, if it was stored later, does not have.
    const isHere = operation === undefined || operation.rank === entry.sequence;
    if (operation !== undefined && isHere && !isTerminal((await progress.read(operation)).status)) continue;
    if (isHere) {
      await deliveries.purge(entry.operationId);
      await operations.purge(entry.operationId);
    }
    await index.remove(entry.key);
    purged++;
  }
  return purged;
}
