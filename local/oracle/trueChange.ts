import type { LedgerEntry } from '../graph/ledger.ts';
import type { Case } from './cases.ts';

/** A change as an outcome or an entry tells it. */
export interface ToldChange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Whether the operation of the case truly changed the user like this. */
export function isTrueChange({ from, to }: ToldChange, { change, history }: Case): boolean {
  const froms: readonly string[] = change?.to === to ? (change?.from ?? []) : [];
  return (from !== undefined && froms.includes(from)) || mayBeEntras({ from, to }, history);
}

/** The fault of a reported change that is not true, as a text. */
export function truthInstead({ to }: ToldChange, { change }: Case): string {
  if (change === undefined) return 'and it was never written';
  if (change.to !== to) return `and it wrote ${change.to}`;
  return change.from.length === 0 ? 'and the user was there already' : `and the user was ${change.from.join(' or ')}`;
}

/**
 * Entra enforced an enabled user right after the operation had stored its claim for the same change. It is impossible
 * to tell from the outside who it was.
 */
function mayBeEntras({ from, to }: ToldChange, history: readonly LedgerEntry[]): boolean {
  return from === 'enabled' && to === 'enforced' && history.some(({ appliedBy }) => appliedBy === 'entra');
}
