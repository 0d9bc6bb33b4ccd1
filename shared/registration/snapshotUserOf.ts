import type { MethodClass } from '../domain/methodClass.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import type { ObservedListing } from './observedUser.ts';
import type { StoredUser } from './userHistory.ts';

/**
 * A user in the snapshot of the sweep; undefined for a user who is not in the tenant's list. When the list could not be read
 * to its end, a user who is not in it stays as earlier sweeps saw them.
 */
export function snapshotUserOf(
  listed: ObservedListing | undefined,
  stored: StoredUser,
  { methodClass, isIncomplete }: { readonly methodClass: MethodClass | null; readonly isIncomplete: boolean },
): SnapshotUser | undefined {
  const { row, history } = stored;
  if (listed !== undefined) return listedUserOf(listed, stored, methodClass);
  if (!isIncomplete || history === undefined || history.gone) return undefined;
  const { name, userType, accountEnabled } = history;
  const last = { id: row.id, name, displayName: null, userType, accountEnabled, licensed: null, state: null };
  return listedUserOf({ ...last, readAt: row.stateAt, isLive: false }, stored, methodClass);
}

/** A listed user in the snapshot of the sweep. Whether they are an administrator is added when the snapshot is written. */
function listedUserOf(
  listed: ObservedListing,
  { row, history }: StoredUser,
  methodClass: MethodClass | null,
): SnapshotUser {
  const { id, name, displayName, userType, accountEnabled, licensed, readAt } = listed;
  // While a change is under way, or when the list is older than the stored state, the state is the stored one.
  const isFromList = listed.state !== null && row.claim === null && row.stateAt <= readAt;
  return {
    id,
    name,
    displayName,
    userType,
    accountEnabled,
    administrator: null,
    licensed,
    methodClass,
    registered: history?.registered ?? null,
    state: history?.state ?? null,
    enabledSince: history?.enabledSince ?? '',
    registeredSince: history?.registeredSince ?? '',
    changedAt: row.overwritten.at(-1)?.at ?? '',
    knownAt: isFromList ? readAt : row.stateAt,
  };
}
