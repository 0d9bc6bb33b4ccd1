import type { Operation } from '../domain/operation.ts';

/**
 * Whether a second person has approved the operation for this privileged account.
 * @param _id object id
 */
export function isApprovedFor(_operation: Operation, _id: string): boolean {
  return false;
}
