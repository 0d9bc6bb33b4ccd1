import { isTerminal, type Operation } from '../domain/operation.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { IndexEntry, OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { Queues } from '../queues/queues.ts';

/** Messages live for 14 days at most, so nothing can be under way in an operation that is older. */
const LOOK_BACK_MS = 14 * 24 * 60 * 60_000;

/** What stands in the place of references that were never stored. */
const NEVER_STORED = {
  code: 'neverStored',
  message: 'The request broke off before all of its references were stored. Send it again with a new Operation-Id.',
};

export interface RecoverDependencies {
  readonly operations: OperationStore;
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly queues: Queues;
  readonly queueEvent: QueueEvent;
  readonly now: () => number;
  /** How old an operation must be before it is taken to have broken off: longer than accepting ever takes. */
  readonly recoverAfterMs: number;
}

export interface RecoverSummary {
  /** Operations that were looked at because they were not known to be over. */
  readonly looked: number;
  /** Pages whose message was sent again. */
  readonly requeued: number;
  /** Places that belong to no operation, and were removed. */
  readonly removed: number;
}

/**
 * Finishes what broke off while it was being accepted: an operation that was stored but not queued, or not stored to its
 * end. Whatever was queued is looked after by the queues. Sending a message again does no harm: the queue drops it when
 * it had it, and planning a page twice decides once. Whatever is found to be over is told to the webhook.
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

/** Sends the messages of pages that nobody has planned yet. Returns how many. */
async function recoverOne(operation: Operation, entry: IndexEntry, deps: RecoverDependencies): Promise<number> {
  const { operations, progress, index, queues, queueEvent } = deps;
  const { status } = await progress.read(operation);
  if (isTerminal(status)) {
    // Raised before it is noted: who ended between the last outcome and raising it is made good for here.
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
