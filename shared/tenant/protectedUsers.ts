import { z } from 'zod';
import { isObjectId } from '../domain/userReference.ts';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
import { findUsers } from '../graph/users.ts';

/** Role template of the accounts that Entra Connect synchronizes with (permissions-reference). */
const DIRECTORY_SYNC_ROLE = 'd29b2b05-8046-44ba-8758-1e26182fcf32';

/** Accounts that are never changed: object id, in lower case, to the reason. */
export type ProtectedUsers = ReadonlyMap<string, string>;

/**
 * The accounts, or why they are not known; then nothing may be changed, for it might be one of them.
 * - `unreadable`: Graph does not let the service look, or there is no such group
 * - `undefined`: Graph could not be asked
 */
export type ProtectedUsersAnswer = ProtectedUsers | 'unreadable' | undefined;

const memberPage = z.object({
  value: z.array(z.object({ id: z.string() })),
  '@odata.nextLink': z.string().optional(),
});

/**
 * Finds the accounts that must not be changed: those that the settings name, the members of the protected group, and
 * the directory synchronization accounts.
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
  // A role that nobody ever had is not found, and protects nobody; a group that is not found is a mistake.
  const lists = [
    {
      path: `/directoryRoles(roleTemplateId='${DIRECTORY_SYNC_ROLE}')/members?$select=id`,
      reason: 'directory synchronization',
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

/** The ids of a list, or why they cannot be read. */
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
    if (answer.kind !== 'ok') return isForGood(answer) ? 'unreadable' : undefined;
    const page = memberPage.safeParse(answer.body);
    if (!page.success) return undefined;
    ids.push(...page.data.value.map(({ id }) => id));
    path = page.data['@odata.nextLink'];
  }
  return ids;
}

/** A token that is not taken may be taken later; every other refusal comes again. */
function isForGood(answer: Exclude<Answer, { kind: 'ok' }>): boolean {
  return answer.kind === 'refused' && answer.status !== 401;
}
