import { type Answer, wasNotCarriedOut } from '../graph/answer.ts';
import type { Claim } from '../users/userRow.ts';
import { type DecidedUser, isToWrite } from './openUser.ts';

/**
 * Claims of this worker that were followed by no write, or by one that Graph did not carry out: when each was laid (ISO
 * 8601), by object id. Another worker with the same chunk may lay a claim and write, so the time of the stored claim tells
 * whose it is.
 */
export type UnusedClaims = ReadonlyMap<string, string>;

/** Whether the stored claim of a user is one of these. */
export function isUnusedClaim(id: string, claim: Claim | null, unused: UnusedClaims): boolean {
  return claim !== null && claim.at === unused.get(id);
}

/**
 * The unused claims after a round.
 * @param users as they were decided, with their rows before the claims of this round
 * @param answers to the writes; none for a user whose write was not sent
 * @param claimedAt when the claims of this round were laid, in milliseconds since 1970
 * @param before the unused claims after the rounds before
 */
export function unusedClaimsAfter(
  users: readonly DecidedUser[],
  answers: ReadonlyMap<string, Answer>,
  claimedAt: number,
  before: UnusedClaims,
): UnusedClaims {
  const unused = new Map(before);
  const at = new Date(claimedAt).toISOString();
  for (const { id, row } of users.filter(isToWrite)) {
    const answer = answers.get(id);
    const isCarriedOut = answer !== undefined && !wasNotCarriedOut(answer);
    // A claim that stood before this round may have been followed by a write.
    if (!isCarriedOut && (row.claim === null || isUnusedClaim(id, row.claim, before))) unused.set(id, at);
    else unused.delete(id);
  }
  return unused;
}
