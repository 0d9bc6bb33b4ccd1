import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import { CLAIM_TO_WRITE_MS, isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { decide } from './decide.ts';
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
 * @returns the outcomes by object id; undefined while it is uncertain whether a user was changed
 */
export async function endUsers(
  operation: Operation,
  chunk: Chunk,
  reasons: ReadonlyMap<string, FailureReason>,
  { users, graph, now, consistencyMs }: ApplyDependencies,
  options: { readonly isLast?: boolean } = {},
): Promise<ReadonlyMap<string, Outcome> | undefined> {
  const rows = await users.load(chunk.lane, [...reasons.keys()]);
  const isClaimed = ({ claim }: UserRow): boolean => claim !== null && isClaimOf(claim, operation.id, chunk.key);
  const states = await readStates(graph, idsOf(rows.filter(isClaimed)), now);
  const decided = rows.map((row) => {
    const state = states.get(row.id) ?? ({ kind: 'unasked' } as const);
    const registered = { kind: 'unasked' } as const;
    return {
      row,
      decision: decide({ operation, chunk: chunk.key, row, state, registered, now: now(), consistencyMs }),
    };
  });
  const isUncertain = decided.some(({ row, decision }) => {
    if (!isClaimed(row)) return false;
    if (decision.kind === 'retry') return true;
    // A write may not show yet, or a worker that lost the message may not have sent it yet.
    const sinceClaimMs = now() - Date.parse(row.claim?.at ?? '');
    return decision.kind === 'write' && sinceClaimMs < CLAIM_TO_WRITE_MS + consistencyMs;
  });
  if (isUncertain && !options.isLast) return undefined;

  const at = new Date(now()).toISOString();
  const outcomes = new Map<string, Outcome>();
  for (const { row, decision } of decided) {
    const reason = reasons.get(row.id);
    if (reason === undefined) continue;
    const outcome = outcomeOf(decision, undefined, { operation, chunk, at });
    outcomes.set(
      row.id,
      outcome === undefined || outcome.outcome === 'failed' ? { outcome: 'failed', at, ...reason } : outcome,
    );
  }
  return outcomes;
}
