import type { Group } from './groups.ts';

/** Roles by their template ids, which are the same in every tenant ("Microsoft Entra built-in roles"). */
export const ROLES = {
  globalAdministrator: '62e90394-69f5-4237-9190-012177145e10',
  helpdeskAdministrator: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  directorySynchronizationAccounts: 'd29b2b05-8046-44ba-8758-1e26182fcf32',
} as const;

/** The holder of a role: a user, by index, or a role-assignable group. */
export type Principal = { readonly user: number } | { readonly group: Group };

/** A directory role that a principal has, or, if eligible, can activate. */
export interface RoleAssignment {
  readonly id: string;
  readonly roleDefinitionId: string;
  readonly principal: Principal;
  readonly isEligible: boolean;
}

/** Positions of users who have a role in every directory that is large enough. */
const ADMINISTRATOR = 6;
const ELIGIBLE_ADMINISTRATOR = 9;

/**
 * The role assignments of a tenant: an administrator, one who is eligible, a group, and the account of the directory
 * synchronization.
 */
export function initialRoles(size: number, group: Group, syncAccount: number | undefined): RoleAssignment[] {
  const isEligible = false;
  const { globalAdministrator, helpdeskAdministrator, directorySynchronizationAccounts } = ROLES;
  const roles: Omit<RoleAssignment, 'id'>[] = [
    { roleDefinitionId: helpdeskAdministrator, principal: { group }, isEligible },
  ];
  if (syncAccount !== undefined)
    roles.push({ roleDefinitionId: directorySynchronizationAccounts, principal: { user: syncAccount }, isEligible });
  if (ADMINISTRATOR < size)
    roles.push({ roleDefinitionId: globalAdministrator, principal: { user: ADMINISTRATOR }, isEligible });
  if (ELIGIBLE_ADMINISTRATOR < size)
    roles.push({
      roleDefinitionId: globalAdministrator,
      principal: { user: ELIGIBLE_ADMINISTRATOR },
      isEligible: true,
    });
  return roles.map((role, index) => ({ ...role, id: assignmentId(index) }));
}

/** Ids of assignments are opaque texts. */
export function assignmentId(number: number): string {
  return Buffer.from(`assignment:${number}`).toString('base64url');
}
