import type { MfaState } from '../../shared/domain/mfaState.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { Evidence, KnownOperation } from './evidence.ts';

/** All that is known of one user, over all operations. */
export interface UserEvidence {
  readonly userId: string;
  /** The true first and last state; undefined for a user that did not exist then. */
  readonly before: MfaState | undefined;
  readonly after: MfaState | undefined;
  /** Every write of the user's state, in order. */
  readonly history: readonly LedgerEntry[];
  /** The newest operation that says it put or found the user in its state. Promotions take no part in that order. */
  readonly newest: KnownOperation | undefined;
  /** The ids of promotions that say they moved the user on from enabled to enforced. */
  readonly promotions: ReadonlySet<string>;
  /** Whether the user registered a method meanwhile. */
  readonly registered: boolean;
}

/** All users that existed at the beginning or at the end, or were written. */
export function usersOf(evidence: Evidence): UserEvidence[] {
  const { ledger, before, after, registered } = evidence;
  const histories = groupBy(ledger, ({ userId }) => userId);
  const newest = newestOf(evidence);
  const promotions = promotionsOf(evidence);
  return [...new Set([...before.keys(), ...after.keys(), ...histories.keys()])].map((userId) => ({
    userId,
    before: before.get(userId),
    after: after.get(userId),
    history: histories.get(userId) ?? [],
    newest: newest.get(userId),
    promotions: promotions.get(userId) ?? new Set(),
    registered: registered.has(userId),
  }));
}

/** By user, the operation with the greatest sequence that says it put or found them in its state. */
function newestOf({ operations }: Evidence): Map<string, KnownOperation> {
  const newest = new Map<string, KnownOperation>();
  for (const { known } of operations) {
    if (known === undefined || known.dryRun || known.kind === 'promotion') continue;
    for (const { userId, outcome } of known.items) {
      if (userId === null || (outcome !== 'applied' && outcome !== 'unchanged')) continue;
      const other = newest.get(userId);
      if (other === undefined || known.sequence > other.sequence) newest.set(userId, known);
    }
  }
  return newest;
}

/** By user, the promotions that say they changed them. */
function promotionsOf({ operations }: Evidence): Map<string, Set<string>> {
  const promotions = new Map<string, Set<string>>();
  for (const { id, known } of operations)
    for (const { userId, outcome } of known?.kind === 'promotion' ? known.items : [])
      if (userId !== null && outcome === 'applied')
        promotions.set(userId, (promotions.get(userId) ?? new Set()).add(id));
  return promotions;
}
