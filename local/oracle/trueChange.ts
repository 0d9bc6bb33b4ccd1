import type { Case } from './cases.ts';

/** A change as an outcome or an entry tells it. */
export interface ToldChange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Whether the operation of the case truly changed the user like this. */
export function isTrueChange({ from, to }: ToldChange, one: Case): boolean {
  const { change } = one;
  const froms: readonly string[] = change?.to === to ? (change?.from ?? []) : [];
  return (from !== undefined && froms.includes(from)) || mayBeAnothers({ from, to }, one);
}

/** The fault of a reported change that is not true, as a text. */
export function truthInstead({ to }: ToldChange, { change }: Case): string {
  if (change === undefined) return 'and it was never written';
  if (change.to !== to) return `and it wrote ${change.to}`;
  return change.from.length === 0 ? 'and the user was there already' : `and the user was ${change.from.join(' or ')}`;
}

/**
 * Entra enforced an enabled user, or an administrator made the same change, right after the operation had stored its claim
 * for it. It is impossible to tell from the outside who it was. An administrator who enforces a user that the operation enables
 * looks like Entra, which does so after the write.
 */
function mayBeAnothers(told: ToldChange, { history, item, change }: Case): boolean {
  const decidedAt = Date.parse(item?.detail?.decidedDateTime ?? '');
  return history.some(({ appliedBy, from, to, at }) => {
    if (
      appliedBy === 'control' &&
      from === told.from &&
      (to === told.to || (told.to === 'enabled' && to === 'enforced'))
    )
      return change === undefined && at <= decidedAt;
    if (from !== told.from || to !== told.to) return false;
    return appliedBy === 'entra' && from === 'enabled' && to === 'enforced';
  });
}
