import type { MfaState } from '../domain/mfaState.ts';
import { before, lastKnownAt, mayBeOfEntra, withOutsideChange } from '../users/outsideChange.ts';
import { readMayBeStale } from '../users/presumedState.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { DecidedUser } from './openUser.ts';

/**
 * The rows of users with the states that Graph has shown before a change, by object id. A state that no change of ours
 * explains is a change outside: it is kept in the row with the time in which it happened, so that the change that follows
 * does not hide it. A read that may be older than our last change says nothing.
 * @param at now, ISO 8601
 */
export async function withReadState(
  users: readonly DecidedUser[],
  at: string,
  { sweptFrom, consistencyMs }: Pick<ApplyDependencies, 'sweptFrom' | 'consistencyMs'>,
): Promise<ReadonlyMap<string, UserRow>> {
  const rows = new Map<string, UserRow>();
  let swept: { readonly from: string | undefined } | undefined;
  for (const { id, row, state } of users) {
    if (state.kind !== 'known' || readMayBeStale(state.value, row, Date.parse(at), consistencyMs)) continue;
    const { value } = state;
    const knownAt = before(at, consistencyMs);
    if (row.state === value) rows.set(id, { ...row, knownAt, unseen: false });
    if (row.state === null || row.state === value) continue;
    swept ??= { from: await sweptFrom() };
    // An earlier attempt of ours may have written without an answer, so the state before this one is not certain.
    const found = { readAt: at, after: lastKnownAt(row, swept.from), isUnsure: row.claim !== null };
    const known = withOutsideChange({ ...row, outside: row.outside.filter(mayBeOfEntra) }, value, found);
    const enabledSince = enabledSinceOf(value, row, at);
    rows.set(id, { ...known, state: value, stateAt: at, knownAt, unseen: false, enabledSince });
  }
  return rows;
}

/** Since when a user in this state has been enabled; empty when the user is not enabled. */
export function enabledSinceOf(state: MfaState, row: UserRow, at: string): string {
  if (state !== 'enabled') return '';
  return row.state === 'enabled' && row.enabledSince !== '' ? row.enabledSince : at;
}
