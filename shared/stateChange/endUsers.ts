import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import { CLAIM_TO_WRITE_MS, isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { withEarlierWrite } from './earlierWrite.ts';
import { idsOf } from './openUser.ts';
import { outcomeOf } from './outcomeOf.ts';

/** Why a user fails whose change is given up. */
export interface FailureReason {
  readonly code: string;
  readonly message: string;
}

/**
 * Ends the change of users who cannot be decided as usual. A user with an open claim may have been changed without a
 * record: the state is read from Graph, and a change that was made is recorded as applied. All others fail.
 * @param reasons why each user fails, by object id
 * @param options.isLast fail also the users that may have been changed
 * @returns the outcomes by object id, without the users who may have been changed and may not
 */
export async function endUsers(
  operation: Operation,
  chunk: Chunk,
  reasons: ReadonlyMap<string, FailureReason>,
  { users, graph, now, consistencyMs }: ApplyDependencies,
  options: { readonly isLast?: boolean } = {},
): Promise<ReadonlyMap<string, Outcome>> {
  const rows = await users.load(chunk.lane, [...reasons.keys()]);
  const isClaimed = ({ claim }: UserRow): boolean => claim !== null && isClaimOf(claim, operation.id, chunk.key);
  const states = await readStates(graph, idsOf(rows.filter(isClaimed)), now);
  const at = new Date(now()).toISOString();
  const outcomes = new Map<string, Outcome>();
  for (const row of rows) {
    const reason = reasons.get(row.id);
    if (reason === undefined) continue;
    const state = states.get(row.id) ?? ({ kind: 'unasked' } as const);
    const registered = { kind: 'unasked' } as const;
    const decision = decide({
      operation,
      chunk: chunk.key,
      row,
      state,
      registered,
      safety: undefined,
      now: now(),
      consistencyMs,
    });
    if (isClaimed(row) && !options.isLast && isUncertain(row, decision, now(), consistencyMs)) continue;
    const outcome = outcomeOf(decision, undefined, { operation, chunk, at });
    // Entra may have moved the user back to the state from before, so that a write does not show.
    const message = withEarlierWrite(reason.message, isClaimed(row));
    const isFailed = outcome === undefined || outcome.outcome === 'failed';
    outcomes.set(row.id, isFailed ? { outcome: 'failed', at, ...reason, message } : outcome);
  }
  return outcomes;
}

/** A write may not show yet, or a worker that lost the message may not have sent it yet. */
function isUncertain({ claim }: UserRow, { kind }: Decision, now: number, consistencyMs: number): boolean {
  const sinceClaimMs = now - Date.parse(claim?.at ?? '');
  return kind === 'retry' || (kind === 'write' && sinceClaimMs < CLAIM_TO_WRITE_MS + consistencyMs);
}
