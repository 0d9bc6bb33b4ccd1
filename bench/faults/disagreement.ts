/** Two sides that say different things. */
export interface Disagreement {
  readonly kind: DisagreementKind;
  /** What it is, in a sentence. */
  readonly what: string;
  readonly operationId?: string;
  /** The user's object id. */
  readonly userId?: string;
}

/**
 * What can be wrong after a campaign. Each must be 0.
 * - `lost`: an operation that was answered with 202 and that the API does not know; or one that it knows and leaves out
 *   of the list of all; or a reference that was sent and is not among the items of its operation
 * - `wrongFinalState`: a user whose state is not that of the newest operation (by sequence) that applied a change to
 *   them or found them unchanged; or not the first state, for a user of no such operation. That Entra moved an enabled
 *   user on to enforced is right
 * - `withoutOutcome`: an item that is pending, whether its operation is said to be over or not
 * - `countMismatches`: a count of an operation that is not the number of such items, or a number of references that is
 *   not the number of items
 * - `auditMissing`: an outcome that must be recorded (applied, refused, failed; not those of a dry run) without an entry
 *   of its own; a change of a state in the ledger without the entry `stateChanged` of the operation that wrote it; a
 *   write that came after that of another operation without the entry `stateRestored`; an entry of one table that is
 *   not in the other
 * - `auditDuplicate`: every entry after the first for one outcome
 * - `auditFalse`: an entry `stateChanged` whose change the ledger does not have, or has from or to another state; an
 *   entry `stateRestored` of an operation that wrote no such state; an entry that contradicts the outcome
 * - `stuckOperations`: an operation that is not over, long after all faults have ended
 */
export const disagreementKinds = [
  'lost',
  'wrongFinalState',
  'withoutOutcome',
  'countMismatches',
  'auditMissing',
  'auditDuplicate',
  'auditFalse',
  'stuckOperations',
] as const;

export type DisagreementKind = (typeof disagreementKinds)[number];
