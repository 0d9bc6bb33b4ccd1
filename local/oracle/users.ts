import type { MfaState } from '../../shared/domain/mfaState.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { Evidence, KnownOperation } from './evidence.ts';

/** All that is known of one user, over all operations. */
export interface UserEvidence {
  readonly userId: string;
  /** The first and the last state, as they truly were; undefined for somebody who was not there, or is not any more. */
  readonly before: MfaState | undefined;
  readonly after: MfaState | undefined;
  /** Every write of the user's state, in order. */
  readonly history: readonly LedgerEntry[];
  /** The newest operation that says it put or found the user in its state. */
  readonly newest: KnownOperation | undefined;
  /** Whether the user registered a method meanwhile. */
  readonly registered: boolean;
}

/** Everybody who was there at first or is in the end, or was written. */
export function usersOf(evidence: Evidence): UserEvidence[] {
  const { ledger, before, after, registered } = evidence;
  const histories = groupBy(ledger, ({ userId }) => userId);
  const newest = newestOf(evidence);
  return [...new Set([...before.keys(), ...after.keys(), ...histories.keys()])].map((userId) => ({
    userId,
    before: before.get(userId),
    after: after.get(userId),
    history: histories.get(userId) ?? [],
    newest: newest.get(userId),
    registered: registered.has(userId),
  }));
}

/** By user, the operation with the greatest sequence that says it put or found them in its state. */
function newestOf({ operations }: Evidence): Map<string, KnownOperation> {
  const newest = new Map<string, KnownOperation>();
  for (const { known } of operations) {
    if (known === undefined || known.dryRun) continue;
    for (const { userId, outcome } of known.items) {
      if (userId === null || (outcome !== 'applied' && outcome !== 'unchanged')) continue;
      const other = newest.get(userId);
      if (other === undefined || known.sequence > other.sequence) newest.set(userId, known);
    }
  }
  return newest;
}
