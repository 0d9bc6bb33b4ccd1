import { z } from 'zod';
import { isObjectId } from '../domain/userReference.ts';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
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
export type ProtectedUsersAnswer = ProtectedUsers | 'unreadable' | undefined;

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
    if (answer.kind === 'refused') return 'unreadable';
    if (answer.kind === 'found') found.set(answer.id.toLowerCase(), 'PROTECTED_USERS');
  }
  // Graph does not find a role that was never assigned: it has no members. A missing group is a mistake in the settings.
  const lists = [
    {
      path: `/directoryRoles(roleTemplateId='${DIRECTORY_SYNC_ROLE}')/members?$select=id`,
      reason: DIRECTORY_SYNCHRONIZATION,
      mayBeMissing: true,
    },
  ];
  if (settings.PROTECTED_GROUP !== '')
    lists.push({
      path: graphPath`/groups/${settings.PROTECTED_GROUP}/transitiveMembers?$select=id&$top=999`,
      reason: 'PROTECTED_GROUP',
      mayBeMissing: false,
    });
  for (const { path, reason, mayBeMissing } of lists) {
    const members = await listIds(send, path, mayBeMissing);
    if (members === undefined || members === 'unreadable') return members;
    for (const id of members) found.set(id.toLowerCase(), reason);
  }
  return found;
}

/** The ids in a list, or why they cannot be read. */
async function listIds(
  send: SendToGraph,
  first: string,
  mayBeMissing: boolean,
): Promise<string[] | 'unreadable' | undefined> {
  const ids: string[] = [];
  let path: string | undefined = first;
  while (path !== undefined) {
    const answer: Answer = await send({ method: 'GET', path });
    if (mayBeMissing && answer.kind === 'refused' && answer.status === 404) return ids;
    if (answer.kind !== 'ok') return isPermanent(answer) ? 'unreadable' : undefined;
    const page = memberPage.safeParse(answer.body);
    if (!page.success) return undefined;
    ids.push(...page.data.value.map(({ id }) => id));
    path = page.data['@odata.nextLink'];
  }
  return ids;
}

/** Whether a retry would be refused too. A 401 may pass with a new token. */
function isPermanent(answer: Exclude<Answer, { kind: 'ok' }>): boolean {
  return answer.kind === 'refused' && answer.status !== 401;
}
