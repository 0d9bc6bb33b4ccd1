import { groupBy } from '../groupBy.ts';
import { outcomesOf } from '../operations/chunk.ts';
import type { Claim } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { recordOutcomes } from './recordOutcomes.ts';

/**
 * Releases claims that nobody else will release. When two workers have one chunk, the one that lost it may lay its claims
 * after the other has settled the users and completed the message, and end before it notices. A claim on a user who has an
 * outcome means nothing any more: its holder, if there is one, cannot write.
 * @param claims of other operations, which a change waits for
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
      await recordOutcomes(operation, chunk, deps, { everyClaim: true });
  }
}
