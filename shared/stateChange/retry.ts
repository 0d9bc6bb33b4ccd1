import { z } from 'zod';
import { requestersOf } from '../domain/approval.ts';
import { type Acknowledgement, acknowledgementSchema, type MfaState } from '../domain/mfaState.ts';
import { type Actor, isTerminal, type Operation } from '../domain/operation.ts';
import { RequestError } from '../errors.ts';
import { readBody } from '../faults.ts';
import { allItems } from '../operations/items.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { type AcceptDependencies, acceptStateChange } from './accept.ts';
import { IMPLIED_BY_UNDO } from './undo.ts';

export const retryRequestSchema = z.strictObject({
  acknowledge: z
    .array(acknowledgementSchema)
    .max(10)
    .describe(
      'Safety checks to override. Those of the original request do not count: each caller overrides them in their own name.',
    )
    .optional(),
});
export type RetryRequest = Required<z.infer<typeof retryRequestSchema>>;

/** @throws InvalidRequestError */
export function readRetryRequest(body: unknown): RetryRequest {
  const { acknowledge = [] } = readBody(retryRequestSchema, body ?? {});
  return { acknowledge };
}

/**
 * Makes a new operation from the refused and failed references of a finished one. The new operation keeps the sequence
 * of the original, so users that a newer operation has changed since are left alone.
 * @throws RequestError 409 while the operation runs, or when there is nothing to repeat
 */
export async function retryOperation(
  original: Operation,
  options: { readonly id: string; readonly request: RetryRequest; readonly actor: Actor; readonly mayWeaken: boolean },
  deps: AcceptDependencies & { readonly progress: ProgressReader },
): Promise<Operation> {
  const { status } = await deps.progress.read(original);
  if (!isTerminal(status))
    throw new RequestError(409, 'OperationNotFinished', 'The operation is still running. Wait until it has finished.');

  const references: string[] = [];
  const states: (MfaState | null)[] = [];
  for await (const item of allItems(original, deps.operations)) {
    // What is no reference fails however often it is tried.
    if (item.isInvalid || (item.outcome !== 'refused' && item.outcome !== 'failed')) continue;
    references.push(item.userId ?? item.reference);
    states.push(item.targetState ?? null);
  }
  const groupIsMissing = original.group !== null && references.includes(original.group);
  if (references.length === 0)
    throw new RequestError(
      409,
      'NothingToRetry',
      'No user of the operation was refused or failed who could be tried again.',
    );

  return acceptStateChange(
    {
      id: options.id,
      kind: original.kind === 'promotion' ? 'promotion' : 'retry',
      retryOf: original.id,
      ...(original.undoOf === undefined ? {} : { undoOf: original.undoOf }),
      originalActor: original.actor,
      sequence: original.sequence,
      earlierRequesters: requestersOf(original),
      request: {
        state: original.targetState,
        reason: original.reason,
        notify: original.notify,
        dryRun: original.dryRun,
        acknowledge: acknowledgedBy(original, options.request),
        ...(groupIsMissing ? { group: original.group ?? undefined } : { users: references }),
        ...(original.targetStates === undefined ? {} : { states }),
      },
      actor: options.actor,
      mayWeaken: options.mayWeaken,
    },
    deps,
  );
}

/** Each caller overrides safety checks for themselves. An undo itself says that states are lowered. */
function acknowledgedBy(original: Operation, { acknowledge }: RetryRequest): Acknowledgement[] {
  const implied = original.undoOf === undefined ? [] : IMPLIED_BY_UNDO;
  return [...new Set([...acknowledge, ...implied])].sort();
}
