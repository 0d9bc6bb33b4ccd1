import type { Claim } from './userRow.ts';

/**
 * A claim this old is abandoned: its message has used all its deliveries, and handling its dead letter would have released
 * the claim.
 */
export const CLAIM_ABANDONED_AFTER_MS = 60 * 60_000;

export function isClaimOf(claim: Claim, operationId: string, chunk: string): boolean {
  return claim.operationId === operationId && claim.chunk === chunk;
}
