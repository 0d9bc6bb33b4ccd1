import { createHash } from 'node:crypto';
import { type Actor, isTerminal, type Operation } from '../domain/operation.ts';
import { RequestError } from '../errors.ts';
import type { ExceptionStore } from '../operations/exceptionStore.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { AcceptDependencies } from './accept.ts';
import { type ChangesDependencies, changesOf, undoChanges } from './undo.ts';

const REASON_MAX_LENGTH = 500;

const actor: Actor = { kind: 'service', id: 'per-user-mfa', name: 'end of an exception' };

export interface EndExceptionsDependencies extends AcceptDependencies, ChangesDependencies {
  readonly operations: OperationStore;
  readonly exceptions: ExceptionStore;
}

export interface EndExceptionsSummary {
  /** Exceptions that ended, so that an operation of its own brings the users back. */
  readonly ended: number;
  /** Exceptions that wait for their operation to finish. */
  readonly waiting: number;
}

/**
 * Ends the exceptions whose time has come: asks for the states from before, in an operation of its own, with safety checks
 * and record as ever. Users who were changed since then are left alone. The id of that operation follows from the first
 * one, so an invocation that breaks off is finished by the next one, and nothing is asked for twice.
 */
export async function endExceptions(deps: EndExceptionsDependencies): Promise<EndExceptionsSummary> {
  const summary = { ended: 0, waiting: 0 };
  for (const { key, operationId } of await deps.exceptions.due(deps.now())) {
    const operation = await deps.operations.get(operationId);
    if (operation !== undefined && !isTerminal((await deps.progress.read(operation)).status)) {
      summary.waiting++;
      continue;
    }
    if (operation !== undefined && (await endOne(operation, deps))) summary.ended++;
    await deps.exceptions.remove(key);
  }
  return summary;
}

/** Returns false when the operation changed no user. */
async function endOne(operation: Operation, deps: EndExceptionsDependencies): Promise<boolean> {
  try {
    const changes = await changesOf(operation, deps);
    const request = {
      reason: `End of the exception: ${operation.reason}`.slice(0, REASON_MAX_LENGTH),
      dryRun: false,
      // The users had the stronger state before, with or without a registration.
      acknowledge: ['legacyAuthInterruption' as const],
    };
    const id = endIdOf(operation.id);
    await undoChanges(operation, changes, { id, actor, mayWeaken: false, request }, deps);
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'NothingToUndo') return false;
    throw error;
  }
}

/** The id of the operation that ends the exception of another one: a UUID of version 8 (RFC 9562). */
export function endIdOf(operationId: string): string {
  const hex = createHash('sha256').update(`end of ${operationId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
