import { isTerminal, type Operation } from '../domain/operation.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { IndexEntry, OperationIndex } from '../operations/operationIndex.ts';
import { NEVER_STORED, type OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { Queues } from '../queues/queues.ts';

/** Messages expire after 14 days, so no work is under way in an older operation. */
const LOOK_BACK_MS = 14 * 24 * 60 * 60_000;

export interface RecoverDependencies {
  readonly operations: OperationStore;
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly queues: Queues;
  readonly queueEvent: QueueEvent;
  readonly now: () => number;
  /** The minimum age of an operation to recover: longer than accepting a request takes. */
  readonly recoverAfterMs: number;
}

export interface RecoverSummary {
  /** Operations that were checked because they were not marked as finished. */
  readonly looked: number;
  /** Pages whose message was sent again. */
  readonly requeued: number;
  /** Index entries without an operation, which were removed. */
  readonly removed: number;
}

/**
 * Finishes operations whose request broke off while it was accepted: stored but not queued, or only partly stored. The
 * queues retry everything that was queued. Sending a message again is safe: the queue drops duplicates, and planning a
 * page twice decides once. A finished operation raises its event for the webhook.
 */
export async function recoverOperations(deps: RecoverDependencies): Promise<RecoverSummary> {
  const { index, operations, now, recoverAfterMs } = deps;
  const summary = { looked: 0, requeued: 0, removed: 0 };
  for await (const entry of index.newestFirst()) {
    const age = now() - Number(entry.sequence);
    if (age > LOOK_BACK_MS) break;
    if (entry.over || age < recoverAfterMs) continue;
    summary.looked++;
    const operation = await operations.get(entry.operationId);
    if (operation?.rank !== entry.sequence) {
      await index.remove(entry.key);
      summary.removed++;
    } else {
      summary.requeued += await recoverOne(operation, entry, deps);
    }
  }
  return summary;
}

/** Sends the messages of the pages that are not planned. Returns their number. */
async function recoverOne(operation: Operation, entry: IndexEntry, deps: RecoverDependencies): Promise<number> {
  const { operations, progress, index, queues, queueEvent } = deps;
  const { status } = await progress.read(operation);
  if (isTerminal(status)) {
    // The event is raised before the index is marked: a process may have stopped after the last outcome, without an
    // event.
    await queueEvent({ event: 'operationFinished', operationId: operation.id });
    await index.markOver(entry.key);
    return 0;
  }
  const { stored, planned } = await operations.pageNumbers(operation.id);
  const expected = operation.pageCount ?? Math.max(1, stored.size);
  const unplanned = Array.from({ length: expected }, (_, page) => page).filter((page) => !planned.has(page));
  if (operation.group === null)
    for (const page of unplanned)
      await operations.keepReferences(operation.id, page, {
        references: ['(not stored)'],
        repeated: [],
        nextLink: null,
        missing: NEVER_STORED,
      });
  await queues.sendPlans(unplanned.map((page) => ({ version: 1, operationId: operation.id, page })));
  return unplanned.length;
}
