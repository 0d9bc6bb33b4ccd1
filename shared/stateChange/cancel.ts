import type { Actor, Operation } from '../domain/operation.ts';
import type { OperationStore } from '../operations/operationStore.ts';

/**
 * Cancels what is not decided yet: users whose turn has not come keep their state. A change that is under way is
 * finished. Canceling again, or an operation that is over, changes nothing.
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
