import { z } from 'zod';
import { isObjectId } from '../domain/userReference.ts';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { hidesMembers, MEMBERS_HIDDEN } from '../graph/hiddenMembership.ts';
import { isExpiredLink } from '../graph/listPage.ts';
import { graphPath } from '../graph/path.ts';
import { explainRead, type Refusal } from '../graph/refusal.ts';
import { findUsers } from '../graph/users.ts';

/** The role template of the accounts of Entra Connect ("Microsoft Entra built-in roles"). */
const DIRECTORY_SYNC_ROLE = 'd29b2b05-8046-44ba-8758-1e26182fcf32';

/** Accounts that the service never changes: the reason by object id, in lower case. */
export type ProtectedUsers = ReadonlyMap<string, string>;

/**
 * The protected accounts, or why they are not known. While they are not known, no user may be changed.
 * - `unreadable`: Graph refuses the request, or the group does not exist
 * - `undefined`: Graph did not answer
 */
export type ProtectedUsersAnswer = ProtectedUsers | Unreadable | undefined;

interface Unreadable {
  /** Why, and what to do. */
  readonly unreadable: Refusal;
}

export function isUnreadable(answer: ProtectedUsersAnswer): answer is Unreadable {
  return answer !== undefined && 'unreadable' in answer;
}

const memberPage = z.object({
  value: z.array(z.object({ id: z.string() })),
  '@odata.nextLink': z.string().optional(),
});

/** Why an account is protected that no setting names. */
export const DIRECTORY_SYNCHRONIZATION = 'directory synchronization';

/**
 * Finds the protected accounts: those in the settings, the members of the protected group, and the directory
 * synchronization accounts.
 * Permissions: User.Read.All, GroupMember.Read.All, RoleManagement.Read.Directory.
 */
export async function findProtectedUsers(
  send: SendToGraph,
  settings: { readonly PROTECTED_USERS: readonly string[]; readonly PROTECTED_GROUP: string },
  now: () => number,
): Promise<ProtectedUsersAnswer> {
  const found = new Map<string, string>();
  const byName = settings.PROTECTED_USERS.filter((reference) => !isObjectId(reference));
  for (const id of settings.PROTECTED_USERS.filter(isObjectId)) found.set(id.toLowerCase(), 'PROTECTED_USERS');

  const named = await findUsers(send, byName, now);
  for (const answer of named) {
    if (answer.kind === 'retry') return undefined;
    if (answer.kind === 'refused') return { unreadable: answer };
    if (answer.kind === 'found') found.set(answer.id.toLowerCase(), 'PROTECTED_USERS');
  }
  const lists: MemberList[] = [ROLE_MEMBERS];
  if (settings.PROTECTED_GROUP !== '') lists.push(groupMembers(settings.PROTECTED_GROUP));
  for (const list of lists) {
    const members = await listIds(send, list);
    if (!Array.isArray(members)) return members;
    for (const id of members) found.set(id.toLowerCase(), list.reason);
  }
  return found;
}

/** A list of protected accounts. */
interface MemberList {
  readonly path: string;
  readonly reason: string;
  /** What is read, and the permission for it. */
  readonly what: string;
  readonly permission: string;
  /** The group of the list; undefined for a role. */
  readonly group?: string;
}

const ROLE_MEMBERS: MemberList = {
  path: `/directoryRoles(roleTemplateId='${DIRECTORY_SYNC_ROLE}')/members?$select=id`,
  reason: DIRECTORY_SYNCHRONIZATION,
  what: 'the accounts of the directory synchronization',
  permission: 'RoleManagement.Read.Directory',
};

function groupMembers(group: string): MemberList {
  return {
    path: graphPath`/groups/${group}/transitiveMembers?$select=id&$top=999`,
    reason: 'PROTECTED_GROUP',
    what: 'the group in the setting PROTECTED_GROUP',
    permission: 'GroupMember.Read.All',
    group,
  };
}

/** The ids in a list, or why they cannot be read. */
async function listIds(send: SendToGraph, list: MemberList): Promise<string[] | Unreadable | undefined> {
  const ids: string[] = [];
  let path: string | undefined = list.path;
  while (path !== undefined) {
    const answer: Answer = await send({ method: 'GET', path });
    // Graph does not find a role that was never assigned: it has no members. A missing group is a mistake in the settings.
    if (list.group === undefined && answer.kind === 'refused' && answer.status === 404) return ids;
    if (path !== list.path && isExpiredLink(answer)) return undefined; // the next attempt begins with the first page
    if (answer.kind === 'refused') return { unreadable: explainRead(answer, list.what, list.permission) };
    const page = answer.kind === 'ok' ? memberPage.safeParse(answer.body) : undefined;
    if (!page?.success) return undefined;
    ids.push(...page.data.value.map(({ id }) => id));
    path = page.data['@odata.nextLink'];
  }
  // An empty list would leave the members of a group with hidden membership without protection.
  if (ids.length === 0 && list.group !== undefined) return whyEmpty(send, list.group, ids);
  return ids;
}

async function whyEmpty(send: SendToGraph, group: string, ids: string[]): Promise<string[] | Unreadable | undefined> {
  const hidden = await hidesMembers(send, group);
  if (hidden === undefined) return undefined;
  return hidden ? { unreadable: MEMBERS_HIDDEN } : ids;
}
