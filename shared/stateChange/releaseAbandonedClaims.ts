import { groupBy } from '../groupBy.ts';
import { outcomesOf } from '../operations/chunk.ts';
import type { Claim } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { operationFor } from './operationFor.ts';
import { recordOutcomes } from './recordOutcomes.ts';

/**
 * Releases claims that no other code releases. When two workers have the same chunk, the one that lost it may store its
 * claims after the other has finished the users and completed the message, and end before it notices. A claim on a user
 * who has an outcome has no effect, because its holder can no longer write.
 * @param claims claims of other operations that a change waits for
 */
export async function releaseAbandonedClaims(claims: readonly Claim[], deps: ApplyDependencies): Promise<void> {
  const { operations } = deps;
  for (const [claim] of groupBy(claims, ({ operationId, chunk }) => `${operationId} ${chunk}`).values()) {
    if (claim === undefined) continue;
    const [operation, chunk] = await Promise.all([
      operations.get(claim.operationId),
      operations.getChunk(claim.operationId, claim.chunk),
    ]);
    if (operation !== undefined && chunk !== undefined && outcomesOf(chunk).length > 0)
      await recordOutcomes(operationFor(operation, chunk), chunk, deps, { everyClaim: true });
  }
}
