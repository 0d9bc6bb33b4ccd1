import type { MethodClass } from '../domain/methodClass.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import type { ObservedListing } from './observedUser.ts';
import type { StoredUser } from './userHistory.ts';

/** A listed user in the snapshot of the sweep. Whether they are an administrator is added when the snapshot is written. */
export function snapshotUserOf(
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
