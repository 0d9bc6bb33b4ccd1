import type { MfaState } from '../../shared/domain/mfaState.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { ItemReport } from '../apiClient.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import { type Evidence, isOriginal, type KnownOperation } from './evidence.ts';

/** All that is known of one user, over all operations. */
export interface UserEvidence {
  readonly userId: string;
  /** The true first and last state; undefined for a user that did not exist then. */
  readonly before: MfaState | undefined;
  readonly after: MfaState | undefined;
  /** Every write of the user's state, in order. */
  readonly history: readonly LedgerEntry[];
  /** What each operation says about the user, the oldest sequence first; repeated references left out. */
  readonly outcomes: readonly UserOutcome[];
  /** The newest operation that says it put or found the user in its state. Promotions take no part in that order. */
  readonly newest: KnownOperation | undefined;
  /** The ids of promotions that say they moved the user on from enabled to enforced. */
  readonly promotions: ReadonlySet<string>;
  /** Whether the user registered a method meanwhile. */
  readonly registered: boolean;
}

/** What one operation says about a user. */
export interface UserOutcome {
  readonly operation: KnownOperation;
  readonly item: ItemReport;
}

/** All users that existed at the beginning or at the end, or were written. */
export function usersOf(evidence: Evidence): UserEvidence[] {
  const { ledger, before, after, registered } = evidence;
  const histories = groupBy(ledger, ({ userId }) => userId);
  const outcomes = outcomesOf(evidence);
  const promotions = promotionsOf(evidence);
  return [...new Set([...before.keys(), ...after.keys(), ...histories.keys()])].map((userId) => ({
    userId,
    before: before.get(userId),
    after: after.get(userId),
    history: histories.get(userId) ?? [],
    outcomes: outcomes.get(userId) ?? [],
    newest: newestOf(outcomes.get(userId) ?? []),
    promotions: promotions.get(userId) ?? new Set(),
    registered: registered.has(userId),
  }));
}

/** Whether an outcome says that the operation put or found the user in its state. */
export function isMade({ item }: UserOutcome): boolean {
  return item.outcome === 'applied' || item.outcome === 'unchanged';
}

/** The outcomes of each user, in the order of their operations. */
function outcomesOf({ operations }: Evidence): Map<string, UserOutcome[]> {
  const outcomes = new Map<string, UserOutcome[]>();
  for (const { known } of operations)
    for (const item of known?.items ?? []) {
      if (known === undefined || item.userId === null || !isOriginal(item)) continue;
      const ofUser = outcomes.get(item.userId);
      if (ofUser === undefined) outcomes.set(item.userId, [{ operation: known, item }]);
      else ofUser.push({ operation: known, item });
    }
  for (const ofUser of outcomes.values()) ofUser.sort((a, b) => compare(a.operation.sequence, b.operation.sequence));
  return outcomes;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The operation with the greatest sequence that says it put or found the user in its state. */
function newestOf(outcomes: readonly UserOutcome[]): KnownOperation | undefined {
  const made = outcomes.filter(isMade).map(({ operation }) => operation);
  return made.filter(({ dryRun, kind }) => !dryRun && kind !== 'promotion').at(-1);
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
