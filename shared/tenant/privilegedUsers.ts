import { z } from 'zod';
import type { Refused } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { explainRead } from '../graph/refusal.ts';
import { groupMembers, listIds, type Unreadable } from './listIds.ts';
import { readWholeList } from './wholeList.ts';

/** How an account has a directory role: it has it now, or it can activate it. */
export type Privilege = 'active' | 'eligible';

/** The accounts with a directory role, by object id in lower case. */
export type PrivilegedUsers = ReadonlyMap<string, Privilege>;

/**
 * The privileged accounts, or why they are not known. While they are not known, no state may be lowered.
 * - `unreadable`: Graph refuses the request
 * - `undefined`: Graph did not answer
 */
export type PrivilegedUsersAnswer = PrivilegedUsers | Unreadable | undefined;

const GROUP = '#microsoft.graph.group';
const PERMISSION = 'RoleManagement.Read.Directory';

/** `$expand` shows the type of each principal: a user, a group, or a service principal, which has no MFA state. */
const LISTS = [
  {
    privilege: 'eligible',
    path: '/roleManagement/directory/roleEligibilityScheduleInstances?$expand=principal',
    what: 'the accounts that are eligible for directory roles',
  },
  {
    privilege: 'active',
    path: '/roleManagement/directory/roleAssignments?$expand=principal',
    what: 'the accounts with directory roles',
  },
] as const;

const assignment = z.object({
  principalId: z.string(),
  principal: z.object({ '@odata.type': z.string().optional() }).nullish(),
});

/** The principals of a list, by object id. */
interface Principals {
  readonly all: ReadonlySet<string>;
  /** Those that are groups, or may be, because Graph does not show their type. */
  readonly groups: ReadonlySet<string>;
}

/**
 * Finds the accounts that have a directory role of Entra ID, or can activate one: by themselves, or as a member of a group.
 * A tenant without Entra ID P2 has no eligible accounts, and Graph refuses the list there
 * (https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments and
 * https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances).
 * Permissions: RoleManagement.Read.Directory; GroupMember.Read.All for the members of groups.
 */
export async function findPrivilegedUsers(send: SendToGraph): Promise<PrivilegedUsersAnswer> {
  const found = new Map<string, Privilege>();
  for (const { privilege, path, what } of LISTS) {
    const principals = await listPrincipals(send, path, what);
    if (principals === undefined || 'unreadable' in principals) return principals;
    for (const id of principals.all) found.set(id, privilege);
    for (const group of principals.groups) {
      const about = { reason: privilege, what: 'the members of a group with a directory role', mayBeMissing: true };
      const members = await listIds(send, groupMembers(group, about));
      if (!Array.isArray(members)) return members;
      for (const id of members) found.set(id.toLowerCase(), privilege);
    }
  }
  return found;
}

async function listPrincipals(
  send: SendToGraph,
  path: string,
  what: string,
): Promise<Principals | Unreadable | undefined> {
  const assignments = await readWholeList(send, assignment, path);
  if (assignments === undefined) return undefined;
  if ('kind' in assignments)
    return isUnlicensed(assignments)
      ? { all: new Set(), groups: new Set() } // the feature is not in use
      : { unreadable: explainRead(assignments, what, PERMISSION) };
  const all = assignments.map(({ principalId, principal }) => ({
    id: principalId.toLowerCase(),
    type: principal?.['@odata.type'] ?? GROUP,
  }));
  return { all: new Set(idsOf(all)), groups: new Set(idsOf(all.filter(({ type }) => type === GROUP))) };
}

function idsOf(principals: readonly { readonly id: string }[]): string[] {
  return principals.map(({ id }) => id);
}

/** In a tenant without Entra ID P2, Graph refuses the eligible accounts with status 400 and this code. */
function isUnlicensed({ code, message }: Refused): boolean {
  return code === 'AadPremiumLicenseRequired' || /\blicen[cs]e|premium/i.test(message);
}
