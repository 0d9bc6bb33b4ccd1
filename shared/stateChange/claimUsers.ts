import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Chunk } from '../operations/chunk.ts';
import { byOf, type UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { WriteDecision } from './decision.ts';
import { type DecidedUser, isToWrite } from './openUser.ts';
import { enabledSinceOf, withReadState } from './readState.ts';
import { recordOutside } from './recordOutside.ts';

/**
 * Stores in one transaction: a claim on each user to be written, and the change as the newest one of each user who already
 * has the target state. Changes outside that the read states show are stored with them, and recorded before a write is
 * sent.
 * @param claimedAt milliseconds since 1970
 * @returns false when a row has changed since the decision
 */
export async function claimUsers(
  operation: Operation,
  chunk: Chunk,
  decided: readonly DecidedUser[],
  claimedAt: number,
  deps: ApplyDependencies,
): Promise<boolean> {
  const at = new Date(claimedAt).toISOString();
  const references = new Map(chunk.users.map(({ id, reference }) => [id, reference]));
  // The row may have changes that an attempt stored and did not record, because it broke off.
  await recordOutside(
    decided.map(({ row }) => row),
    references,
    deps,
  );
  const changing = operation.dryRun
    ? []
    : decided.filter((user) => isToWrite(user) || user.decision.kind === 'unchanged');
  const seen = await withReadState(changing, at, deps);
  const rows = changing.flatMap(({ id, decision, row }): UserRow[] => {
    const current = seen.get(id) ?? row;
    if (decision.kind === 'write') return [claimed(operation, chunk, current, decision, at)];
    return decision.kind === 'unchanged' ? [unchanged(operation, chunk, current, decision.state, at)] : [];
  });
  if (!(await deps.users.put(chunk.lane, rows))) return false;
  await recordOutside(rows, references, deps);
  return true;
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
    settledAt: row.settledAt || at,
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
    settledAt: row.settledAt || at,
    unseen: false,
    enabledSince: enabledSinceOf(state, row, at),
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
