import { groupBy } from '../groupBy.ts';
import type { Claim } from '../users/userRow.ts';
import type { ApplyEffects } from './applyEffects.ts';
import { recordOutcomes } from './effects.ts';

/**
 * Releases claims that nobody will release. When two workers have one chunk, the one that lost it may lay its claims
 * after the other has settled the users and finished the message, and end before it notices. A claim on a user who has
 * an outcome means nothing any more: its holder, if there is one, cannot write.
 * @param claims of other operations, in the way of a change
 */
export async function releaseLeftClaims(claims: readonly Claim[], effects: ApplyEffects): Promise<void> {
  const { operations } = effects;
  for (const [claim] of groupBy(claims, ({ operationId, chunk }) => `${operationId} ${chunk}`).values()) {
    if (claim === undefined) continue;
    const [operation, chunk] = await Promise.all([
      operations.get(claim.operationId),
      operations.getChunk(claim.operationId, claim.chunk),
    ]);
    if (operation !== undefined && chunk?.outcomes.some((outcome) => outcome !== null))
      await recordOutcomes(operation, chunk, effects, { everyClaim: true });
  }
}
