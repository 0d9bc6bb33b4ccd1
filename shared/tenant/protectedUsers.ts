import { isObjectId } from '../domain/userReference.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { findUserIds, findUsers } from '../graph/users.ts';
import { groupMembers, listIds, type MemberList, type Unreadable } from './listIds.ts';

/** The role template of the accounts of Entra Connect ("Microsoft Entra built-in roles"). */
const DIRECTORY_SYNC_ROLE = 'd29b2b05-8046-44ba-8758-1e26182fcf32';

/** Accounts that the service never changes. */
export interface ProtectedUsers {
  /** Why each is protected, by object id in lower case. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Names and object ids in the setting PROTECTED_USERS that no user of the tenant has: they protect no account. */
  readonly unresolved: readonly string[];
}

/**
 * The protected accounts, or why they are not known. While they are not known, no user may be changed.
 * - `unreadable`: Graph refuses the request, or the group does not exist
 * - `undefined`: Graph did not answer
 */
export type ProtectedUsersAnswer = ProtectedUsers | Unreadable | undefined;

/** Why an account is protected that no setting names. */
export const DIRECTORY_SYNCHRONIZATION = 'directory synchronization';

/**
 * Finds the protected accounts: those in the settings, the members of the protected group, and the directory
 * synchronization accounts. An account in the setting PROTECTED_USERS that does not exist is reported: it may be misspelled,
 * renamed or deleted.
 * Permissions: User.Read.All, GroupMember.Read.All, RoleManagement.Read.Directory.
 */
export async function findProtectedUsers(
  send: SendToGraph,
  settings: { readonly PROTECTED_USERS: readonly string[]; readonly PROTECTED_GROUP: string },
  now: () => number,
): Promise<ProtectedUsersAnswer> {
  const named = await findNamed(send, settings.PROTECTED_USERS, now);
  if (named === undefined || 'unreadable' in named) return named;
  const { reasons, unresolved } = named;
  const lists: MemberList[] = [ROLE_MEMBERS];
  if (settings.PROTECTED_GROUP !== '') lists.push(groupMembers(settings.PROTECTED_GROUP, PROTECTED_GROUP));
  for (const list of lists) {
    const members = await listIds(send, list);
    if (!Array.isArray(members)) return members;
    for (const id of members) reasons.set(id.toLowerCase(), list.reason);
  }
  return { reasons, unresolved };
}

/** Finds the accounts in the setting PROTECTED_USERS. */
async function findNamed(send: SendToGraph, references: readonly string[], now: () => number) {
  const ids = references.filter(isObjectId).map((id) => id.toLowerCase());
  const names = references.filter((reference) => !isObjectId(reference));
  // Also an id that no user has is protected: the user may have been created a moment ago.
  const reasons = new Map(ids.map((id) => [id, 'PROTECTED_USERS']));
  const unresolved: string[] = [];
  const found = [...(await findUserIds(send, ids, now)), ...(await findUsers(send, names, now))];
  for (const [position, answer] of found.entries()) {
    if (answer.kind === 'retry') return undefined;
    if (answer.kind === 'refused') return { unreadable: answer };
    if (answer.kind === 'found') reasons.set(answer.id.toLowerCase(), 'PROTECTED_USERS');
    else unresolved.push([...ids, ...names][position] ?? '');
  }
  return { reasons, unresolved };
}

/** A missing group is a mistake in the settings. */
const PROTECTED_GROUP = {
  reason: 'PROTECTED_GROUP',
  what: 'the group in the setting PROTECTED_GROUP',
  mayBeMissing: false,
};

/** Graph does not find a role that was never assigned. */
const ROLE_MEMBERS: MemberList = {
  path: `/directoryRoles(roleTemplateId='${DIRECTORY_SYNC_ROLE}')/members?$select=id`,
  reason: DIRECTORY_SYNCHRONIZATION,
  what: 'the accounts of the directory synchronization',
  permission: 'RoleManagement.Read.Directory',
  mayBeMissing: true,
};
