/**
 * The kinds of findings. The number of each must be 0.
 * - `lost`: an operation that was accepted with 202 and is missing in the API, or in the list of operations; or a
 *   reference of a request that is missing in the items of its operation
 * - `unrequested`: an operation that no client requested, and that is not a promotion by the service
 * - `stuckOperations`: an operation that has not finished, long after all faults have ended
 * - `withoutOutcome`: an item that is still pending
 * - `countMismatches`: a count of an operation that is not the number of such items, or a number of references that is
 *   not the number of items
 * - `outcomeFalse`: an outcome that the ledger contradicts; where all causes are known, a failure, refusal, cancellation or
 *   supersession without one; a user with more than one outcome, or none, in one
 *   operation; items in another order than they were sent in
 * - `wrongFinalState`: a user without the state of the newest operation (by sequence) that applied a change or found
 *   the user unchanged; or without the first state, for a user of no such operation. A move from enabled to enforced by
 *   Entra or a promotion is right; a promotion from another state is not
 * - `changedOutside`: a state change without a writer in the ledger, or by a writer other than the service and Entra where
 *   only they were to change states
 * - `limitExceeded`: more users were lowered in a day than the daily limit allows
 * - `needlessWrites`: a write of a dry run; and where nothing failed, a write that changed nothing, was repeated, or is
 *   about a user whose outcome is not applied
 * - `auditMissing`: an outcome that must be recorded (applied, refused, failed; not those of a dry run) without an
 *   entry of its own; a change of a state in the ledger without the entry `stateChanged` of the operation that wrote
 *   it; a write that came after that of another operation without the entry `stateRestored`; an entry of one table that
 *   is not in the other; a registration, or a move by Entra, that a sweep saw and did not record
 * - `auditDuplicate`: every entry after the first for one outcome; an entry that is in one table more than once
 * - `auditFalse`: an entry `stateChanged` whose change the ledger does not have, or has from or to another state; an
 *   entry `stateRestored` of an operation that wrote no such state; an entry that contradicts the outcome, its
 *   operation, or its copy in the other table; an entry of no operation without reason
 */
export const findingKinds = [
  'lost',
  'unrequested',
  'stuckOperations',
  'withoutOutcome',
  'countMismatches',
  'outcomeFalse',
  'wrongFinalState',
  'changedOutside',
  'limitExceeded',
  'needlessWrites',
  'auditMissing',
  'auditDuplicate',
  'auditFalse',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** A violation of a rule: two sides say different things. */
export interface Violation {
  readonly kind: FindingKind;
  /** The finding in a sentence. */
  readonly what: string;
  readonly operationId?: string;
  /** The user's object id. */
  readonly userId?: string;
}

/** A violation, with the name of the rule that found it. */
export interface Finding extends Violation {
  readonly rule: string;
}

/** How many findings there are of each kind. */
export function countFindings(findings: readonly Finding[]): Record<FindingKind, number> {
  const counts = Object.fromEntries(findingKinds.map((kind) => [kind, 0])) as Record<FindingKind, number>;
  for (const { kind } of findings) counts[kind]++;
  return counts;
}
