import { z } from 'zod';
import { requestersOf } from '../domain/approval.ts';
import { type Acknowledgement, acknowledgementSchema, lowers, type MfaState } from '../domain/mfaState.ts';
import { type Actor, isTerminal, type Operation } from '../domain/operation.ts';
import { RequestError } from '../errors.ts';
import { readBody } from '../faults.ts';
import { allItems } from '../operations/items.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { type AcceptDependencies, acceptStateChange } from './accept.ts';
import { reasonSchema, withStates } from './request.ts';

export const undoRequestSchema = z.strictObject({
  reason: reasonSchema.meta({ description: 'Why. It is kept in the audit record.', examples: ['Wrong list'] }),
  dryRun: z
    .boolean()
    .describe('Whether to change no user and show who would be changed; false when missing.')
    .optional(),
  acknowledge: z.array(acknowledgementSchema).max(10).describe('Safety checks to override.').optional(),
});
export type UndoRequest = Required<z.infer<typeof undoRequestSchema>>;

/** @throws InvalidRequestError */
export function readUndoRequest(body: unknown): UndoRequest {
  const { reason, dryRun = false, acknowledge = [] } = readBody(undoRequestSchema, body);
  return { reason, dryRun, acknowledge };
}

/** The users that an operation changed, and the states from before. */
export interface Changes {
  /** Object ids. */
  readonly users: readonly string[];
  /** The state from before, for each user. */
  readonly states: readonly MfaState[];
  /** Whether bringing back a state lowers it, for at least one user. */
  readonly lower: boolean;
  /** Whether bringing back a state raises it, for at least one user. */
  readonly raise: boolean;
}

export interface ChangesDependencies {
  readonly operations: OperationStore;
  readonly progress: ProgressReader;
}

/**
 * Reads what a finished operation changed.
 * @throws RequestError 409 while the operation runs, or when it changed no user
 */
export async function changesOf(original: Operation, deps: ChangesDependencies): Promise<Changes> {
  const { status } = await deps.progress.read(original);
  if (!isTerminal(status))
    throw new RequestError(
      409,
      'OperationNotFinished',
      'The operation is still running. Cancel it, or wait until it has finished.',
    );
  const users: string[] = [];
  const states: MfaState[] = [];
  let lower = false;
  let raise = false;
  for await (const { userId, outcome, detail } of allItems(original, deps.operations)) {
    const { from, to } = detail ?? {};
    if (outcome !== 'applied' || userId === null || from === undefined || to === undefined) continue;
    users.push(userId);
    states.push(from);
    lower ||= lowers(to, from);
    raise ||= lowers(from, to);
  }
  if (users.length === 0)
    throw new RequestError(409, 'NothingToUndo', 'The operation changed no user, so there is nothing to undo.');
  return { users, states, lower, raise };
}

/** Who undoes an operation, or lets it end, and how. */
export interface Undo {
  readonly id: string;
  readonly actor: Actor;
  readonly mayWeaken: boolean;
  readonly request: UndoRequest;
}

/**
 * Asking to undo says that states are lowered where the operation raised them, in whatever number. A second person decides
 * about a large number, not the day on which the mistake is noticed.
 */
export const IMPLIED_BY_UNDO: readonly Acknowledgement[] = ['weaken', 'dailyLimit'];

/**
 * Makes a new operation that brings users back to their states from before another one. When it is carried out, it leaves
 * users alone who were changed since.
 * @throws RequestError as for any change
 */
export function undoChanges(
  original: Operation,
  { users, states }: Changes,
  { id, actor, mayWeaken, request }: Undo,
  deps: AcceptDependencies,
): Promise<Operation> {
  const { reason, dryRun, acknowledge } = request;
  return acceptStateChange(
    {
      id,
      kind: 'undo',
      undoOf: original.id,
      originalActor: original.actor,
      earlierRequesters: requestersOf(original),
      request: {
        ...withStates(users, states),
        reason,
        dryRun,
        notify: false,
        acknowledge: [...new Set([...acknowledge, ...IMPLIED_BY_UNDO])].sort(),
      },
      actor,
      mayWeaken,
    },
    deps,
  );
}
