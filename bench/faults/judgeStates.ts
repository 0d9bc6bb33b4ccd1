import type { LedgerEntry } from '../../local/graph/ledger.ts';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import type { Disagreement } from './disagreement.ts';
import type { Evidence, KnownOperation } from './evidence.ts';

/** The state of each user in the end against the newest operation that applied a change or found them unchanged. */
export function* judgeStates(evidence: Evidence): Generator<Disagreement> {
  const newest = newestOf(evidence);
  const lastChange = new Map<string, LedgerEntry>();
  for (const entry of evidence.ledger) if (entry.from !== entry.to) lastChange.set(entry.userId, entry);
  for (const [userId, state] of evidence.after) {
    const wanted = newest.get(userId);
    const expected: MfaState | undefined = wanted?.targetState ?? evidence.before.get(userId);
    if (state === expected) continue;
    const promoted = lastChange.get(userId)?.appliedBy === 'entra' && state === 'enforced' && expected === 'enabled';
    if (promoted) continue;
    const why = wanted === undefined ? 'and no operation changed them' : `for ${wanted.report.id} is the newest`;
    yield { kind: 'wrongFinalState', userId, what: `${userId} is ${state} and should be ${expected}, ${why}.` };
  }
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
