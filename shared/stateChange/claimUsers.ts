import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Chunk } from '../operations/chunk.ts';
import { byOf, type UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { WriteDecision } from './decision.ts';
import { type DecidedUser, isToWrite } from './openUser.ts';

/**
 * Stores in one transaction: a claim on each user to be written, and the change as the newest one of each user who already
 * has the target state.
 * @param claimedAt milliseconds since 1970
 * @returns false when a row has changed since the decision
 */
export function claimUsers(
  operation: Operation,
  chunk: Chunk,
  decided: readonly DecidedUser[],
  claimedAt: number,
  { users }: ApplyDependencies,
): Promise<boolean> {
  const at = new Date(claimedAt).toISOString();
  const rows = decided.flatMap((user): UserRow[] => {
    const { decision, row } = user;
    if (isToWrite(user)) return [claimed(operation, chunk, user.row, user.decision, at)];
    if (decision.kind === 'unchanged' && !operation.dryRun)
      return [unchanged(operation, chunk, row, decision.state, at)];
    return [];
  });
  return users.put(chunk.lane, rows);
}

function claimed(
  operation: Operation,
  chunk: Chunk,
  row: UserRow,
  { from, overrides }: WriteDecision,
  at: string,
): UserRow {
  return {
    ...row,
    claim: {
      sequence: sequenceAfter(operation, row),
      operationId: operation.id,
      chunk: chunk.key,
      from,
      target: operation.targetState,
      overrides: [...overrides],
      at,
    },
  };
}

function unchanged(operation: Operation, chunk: Chunk, row: UserRow, state: MfaState, at: string): UserRow {
  return {
    ...row,
    state,
    stateAt: at,
    enabledSince: enabledSince(state, row, at),
    sequence: sequenceAfter(operation, row),
    operationId: operation.id,
    chunk: chunk.key,
    by: byOf(operation),
    claim: null,
  };
}

/** A promotion takes no part in the order of changes, and a change that could not be superseded leaves it as it is. */
function sequenceAfter({ kind, sequence }: Operation, row: UserRow): string {
  return kind === 'promotion' || sequence < row.sequence ? row.sequence : sequence;
}

/** Since when a user in this state has been enabled; empty when the user is not enabled. */
function enabledSince(state: MfaState, row: UserRow, at: string): string {
  if (state !== 'enabled') return '';
  return row.state === 'enabled' && row.enabledSince !== '' ? row.enabledSince : at;
}
