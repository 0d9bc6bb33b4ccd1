import type { Actor, Operation } from '../domain/operation.ts';
import type { OperationStore } from '../operations/operationStore.ts';

/**
 * Cancels an operation: users who have no outcome yet keep their state, and changes under way are finished. Canceling
 * again, or canceling a finished operation, changes nothing.
 * @returns the operation; undefined when there is none
 */
export function cancelOperation(
  id: string,
  actor: Actor,
  { operations, now }: { readonly operations: OperationStore; readonly now: () => number },
): Promise<Operation | undefined> {
  return operations.update(id, (operation) =>
    operation.cancelRequestedAt === null
      ? { ...operation, cancelRequestedAt: new Date(now()).toISOString(), canceledBy: actor }
      : operation,
  );
}
