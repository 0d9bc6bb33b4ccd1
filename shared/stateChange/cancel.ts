import { decisionAbout, type RecordDecision } from '../audit/decisions.ts';
import type { Actor, Operation } from '../domain/operation.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { Queues } from '../queues/queues.ts';
import { carryOutPages } from './assess.ts';

export interface CancelDependencies {
  readonly operations: OperationStore;
  readonly progress: ProgressReader;
  readonly queues: Pick<Queues, 'sendPlans'>;
  readonly recordDecision: RecordDecision;
  readonly now: () => number;
}

/**
 * Cancels an operation: users who have no outcome yet keep their state, and changes under way are finished. An operation
 * that waits for approval ends. Canceling again, or canceling a finished operation, changes nothing. The first
 * cancellation is recorded.
 * @returns the operation; undefined when there is none
 */
export async function cancelOperation(
  id: string,
  actor: Actor,
  { operations, progress, queues, recordDecision, now }: CancelDependencies,
): Promise<Operation | undefined> {
  const canceled = await operations.update(id, (operation) =>
    operation.cancelRequestedAt === null
      ? { ...operation, cancelRequestedAt: new Date(now()).toISOString(), canceledBy: actor }
      : operation,
  );
  if (canceled?.cancelRequestedAt == null || canceled.canceledBy === null) return canceled;
  const { counts } = await progress.read(canceled);
  // A repeated call has the same entry, so a call that broke off here is recorded by the next one.
  await recordDecision(
    decisionAbout(
      canceled,
      { event: 'operationCanceled', actor: canceled.canceledBy, at: canceled.cancelRequestedAt },
      { requestedBy: canceled.actor, users: counts.pending + counts.canceled },
    ),
  );
  // No message of an operation that waited for approval is under way.
  if (canceled.approval?.decision === null) await carryOutPages(canceled, { queues });
  return canceled;
}
