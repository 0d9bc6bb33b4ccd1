import type { Claim } from './userRow.ts';

/**
 * A claim this old is abandoned: its message has used all its deliveries, and handling its dead letter would have released
 * the claim.
 */
export const CLAIM_ABANDONED_AFTER_MS = 60 * 60_000;

/** A write that cannot be sent this soon after its claim is decided again, because the worker may have lost the lane. */
export const CLAIM_TO_WRITE_MS = 10_000;

export function isClaimOf(claim: Claim, operationId: string, chunk: string): boolean {
  return claim.operationId === operationId && claim.chunk === chunk;
}
