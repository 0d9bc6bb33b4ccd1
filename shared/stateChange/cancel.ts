import { isAwaitingApproval } from '../domain/approval.ts';
import type { Actor, Operation } from '../domain/operation.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { Queues } from '../queues/queues.ts';
import { carryOutPages } from './assess.ts';

export interface CancelDependencies {
  readonly operations: OperationStore;
  readonly queues: Pick<Queues, 'sendPlans'>;
  readonly now: () => number;
}

/**
 * Cancels an operation: users who have no outcome yet keep their state, and changes under way are finished. An operation
 * that waits for approval ends. Canceling again, or canceling a finished operation, changes nothing.
 * @returns the operation; undefined when there is none
 */
export async function cancelOperation(
  id: string,
  actor: Actor,
  { operations, queues, now }: CancelDependencies,
): Promise<Operation | undefined> {
  let waited = false;
  const canceled = await operations.update(id, (operation) => {
    waited = isAwaitingApproval(operation);
    return operation.cancelRequestedAt === null
      ? { ...operation, cancelRequestedAt: new Date(now()).toISOString(), canceledBy: actor }
      : operation;
  });
  if (canceled !== undefined && waited) await carryOutPages(canceled, { queues });
  return canceled;
}
