import { z } from 'zod';
import { type MethodClass, methodClasses } from '../domain/methodClass.ts';
import { type MfaState, mfaStates } from '../domain/mfaState.ts';

/** A user as one registration sweep saw them. Null stands for what the sweep could not find out. */
export interface SnapshotUser {
  readonly id: string;
  /** User principal name; the id for a user without one. */
  readonly name: string;
  readonly displayName: string | null;
  readonly userType: string | null;
  /** Whether the user may sign in. */
  readonly accountEnabled: boolean | null;
  /** Whether the user has a directory role, or can activate one. */
  readonly administrator: boolean | null;
  /** Whether the user has a licence. */
  readonly licensed: boolean | null;
  readonly methodClass: MethodClass | null;
  readonly registered: boolean | null;
  readonly state: MfaState | null;
  /** ISO 8601; empty while the user is not enabled. */
  readonly enabledSince: string;
  /** When an enabled user was first found registered, ISO 8601; empty when they were not. */
  readonly registeredSince: string;
  /** The last change of the state by this service, ISO 8601; empty for none. */
  readonly changedAt: string;
  /** When the state was read, ISO 8601: a later change by this service is newer. */
  readonly knownAt: string;
}

const code = z.number().int().nullable();
const flag = z.union([z.literal(0), z.literal(1), z.null()]);

/** A user in a stored row: a list, because the names of properties would take more room than their values. */
export const packedUserSchema = z.tuple([
  z.string(), // id
  z.string(), // name
  z.string().nullable(), // display name
  z.string().nullable(), // user type
  flag, // account enabled
  flag, // administrator
  flag, // licensed
  code, // method class
  flag, // registered
  code, // state
  z.string(), // enabled since
  z.string(), // registered since
  z.string(), // changed at
  z.string(), // known at
]);
export type PackedUser = z.infer<typeof packedUserSchema>;

export function packUser(user: SnapshotUser): PackedUser {
  return [
    user.id,
    user.name,
    user.displayName,
    user.userType,
    packFlag(user.accountEnabled),
    packFlag(user.administrator),
    packFlag(user.licensed),
    user.methodClass === null ? null : methodClasses.indexOf(user.methodClass),
    packFlag(user.registered),
    user.state === null ? null : mfaStates.indexOf(user.state),
    user.enabledSince,
    user.registeredSince,
    user.changedAt,
    user.knownAt,
  ];
}

export function unpackUser(packed: PackedUser): SnapshotUser {
  const [id, name, displayName, userType, enabled, administrator, licensed, methods, registered, state, ...times] =
    packed;
  const [enabledSince, registeredSince, changedAt, knownAt] = times;
  return {
    id,
    name,
    displayName,
    userType,
    accountEnabled: unpackFlag(enabled),
    administrator: unpackFlag(administrator),
    licensed: unpackFlag(licensed),
    methodClass: methods === null ? null : (methodClasses[methods] ?? null),
    registered: unpackFlag(registered),
    state: state === null ? null : (mfaStates[state] ?? null),
    enabledSince,
    registeredSince,
    changedAt,
    knownAt,
  };
}

/** Snapshots are sorted by it: by name without case, then by object id. */
export function orderOf({ id, name }: Pick<SnapshotUser, 'id' | 'name'>): string {
  return `${name.toLowerCase()}\u0000${id}`;
}

function packFlag(value: boolean | null): 0 | 1 | null {
  return value === null ? null : value ? 1 : 0;
}

function unpackFlag(value: 0 | 1 | null): boolean | null {
  return value === null ? null : value === 1;
}
