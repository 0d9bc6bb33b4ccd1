import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { readStates } from '../graph/requirements.ts';
import { groupBy } from '../groupBy.ts';
import { type Chunk, outcomesOf } from '../operations/chunk.ts';
import { CLAIM_ABANDONED_AFTER_MS, isClaimOf } from '../users/claim.ts';
import type { Claim, UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { decide } from './decide.ts';
import { idsOf } from './openUser.ts';
import { operationFor } from './operationFor.ts';
import { outcomeOf } from './outcomeOf.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';
import { recordOutcomes } from './recordOutcomes.ts';
import { storeOutcomes } from './storeOutcomes.ts';

/** Claims of other changes that a change waits for, by object id. */
type Claims = ReadonlyMap<string, Claim>;

function isAbandoned(claim: Claim, now: number): boolean {
  return Date.parse(claim.at) <= now - CLAIM_ABANDONED_AFTER_MS;
}

export function hasAbandoned(claims: Claims, now: number): boolean {
  return [...claims.values()].some((claim) => isAbandoned(claim, now));
}

/**
 * Releases claims that no other code releases.
 * - When two workers have the same chunk, the one that lost it may store its claims after the other has finished the users
 *   and completed the message, and end before it notices. A claim on a user who has an outcome has no effect, because its
 *   holder can no longer write.
 * - The message of an abandoned claim has not been delivered for an hour. Its change may have been made without a record: if
 *   Graph shows it, it is recorded as applied. If not, only the claim is released, and its message decides the rest.
 */
export async function releaseAbandonedClaims(lane: string, claims: Claims, deps: ApplyDependencies): Promise<void> {
  const { operations, users, now } = deps;
  for (const entries of groupBy([...claims], ([, { operationId, chunk }]) => `${operationId} ${chunk}`).values()) {
    const [first] = entries;
    if (first === undefined) continue;
    const [, claim] = first;
    const [operation, chunk] = await Promise.all([
      operations.get(claim.operationId),
      operations.getChunk(claim.operationId, claim.chunk),
    ]);
    if (operation !== undefined && chunk !== undefined && outcomesOf(chunk).length > 0)
      await recordOutcomes(operationFor(operation, chunk), chunk, deps, { everyClaim: true });
    const ids = entries.map(([id]) => id);
    const abandoned = (await users.load(lane, ids)).filter(
      (row) =>
        row.claim !== null && isClaimOf(row.claim, claim.operationId, claim.chunk) && isAbandoned(row.claim, now()),
    );
    const rows =
      operation && chunk ? await endAbandoned(operationFor(operation, chunk), chunk, abandoned, deps) : abandoned;
    await users.put(
      lane,
      rows.map((row) => ({ ...row, claim: null })),
    );
  }
}

/**
 * Records the abandoned changes that Graph shows.
 * @returns the rows of users that Graph shows without the change, so that their claim has no effect
 */
async function endAbandoned(
  operation: Operation,
  chunk: Chunk,
  rows: readonly UserRow[],
  deps: ApplyDependencies,
): Promise<UserRow[]> {
  const { graph, now, consistencyMs } = deps;
  const states = await readStates(graph, idsOf(rows), now, { timeoutMs: READ_TIMEOUT_MS });
  const outcomes = new Map<string, Outcome>();
  const without: UserRow[] = [];
  const at = new Date(now()).toISOString();
  for (const row of rows) {
    const state = states.get(row.id) ?? { kind: 'unasked' as const };
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
    if (decision.kind === 'retry') continue;
    const outcome = decision.kind === 'confirm' ? outcomeOf(decision, undefined, { operation, chunk, at }) : undefined;
    if (outcome === undefined) without.push(row);
    else outcomes.set(row.id, outcome);
  }
  if (outcomes.size > 0) await storeOutcomes(operation, chunk, outcomes, deps);
  return without;
}
