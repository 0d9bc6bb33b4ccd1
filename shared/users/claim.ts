import type { Claim } from './userRow.ts';

/**
 * A claim this old belongs to work that is gone for good: its message has run out of deliveries, and its dead letter
 * would have released it.
 */
export const CLAIM_ABANDONED_AFTER_MS = 60 * 60_000;

export function isClaimOf(claim: Claim, operationId: string, chunk: string): boolean {
  return claim.operationId === operationId && claim.chunk === chunk;
}
