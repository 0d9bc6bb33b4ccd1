import type { MfaState } from '../domain/mfaState.ts';
import type { OutsideChange, UserRow } from './userRow.ts';

/** The list of all users may show states that are this old. Its replicas usually lag behind by minutes. */
export const LIST_MAY_LAG_MS = 24 * 60 * 60_000;

/**
 * The time after which a change must have happened that is found now.
 * @param sweptFrom when the listing of the last completed sweep began, ISO 8601; undefined when there is none
 */
export function lastKnownAt(row: UserRow, sweptFrom: string | undefined): string {
  const stored = row.knownAt || before(row.stateAt, LIST_MAY_LAG_MS);
  if (sweptFrom === undefined || row.unseen) return stored;
  const swept = before(sweptFrom, LIST_MAY_LAG_MS);
  return [stored, swept].sort().at(-1) ?? stored;
}

/** The row after a read of Graph has shown another state than the stored one, and no change of ours explains it. */
export function withOutsideChange(
  row: UserRow,
  state: MfaState,
  { readAt, after, isUnsure }: { readonly readAt: string; readonly after: string; readonly isUnsure: boolean },
): UserRow {
  const change: OutsideChange = {
    ...(isUnsure || row.state === null ? {} : { from: row.state }),
    to: state,
    at: readAt,
    after,
    enabledSince: row.enabledSince,
  };
  return { ...row, settledAt: readAt, outside: [...row.outside, change] };
}

/**
 * Whether the change looks like the one that Entra makes when an enabled user registers. The next sweep tells from the
 * user's methods whether it was Entra, so it records the change.
 */
export function mayBeOfEntra({ from, to }: Pick<OutsideChange, 'from' | 'to'>): boolean {
  return from === 'enabled' && to === 'enforced';
}

/** A time minus some milliseconds; empty stays empty. */
export function before(iso: string, ms: number): string {
  return iso === '' ? '' : new Date(Date.parse(iso) - ms).toISOString();
}
