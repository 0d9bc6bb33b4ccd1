import { DELETED } from '../directory/directory.ts';
import type { RoleAssignment } from '../directory/roles.ts';
import { GraphError, unsupportedQuery } from '../http/graphError.ts';
import { readListQuery } from '../odata/listQuery.ts';
import { page } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';
import { BOTH_VERSIONS, ok, type Route, type RouteContext, readCost } from './route.ts';
import { userResource } from './userResource.ts';

const FILTERABLE = { principalId: ['eq'], roleDefinitionId: ['eq'] } as const;

/** `GET /roleManagement/directory/roleAssignments` */
export const listRoleAssignments: Route = {
  name: 'roleAssignments.list',
  method: 'GET',
  pattern: 'roleManagement/directory/roleAssignments',
  versions: BOTH_VERSIONS,
  permissions: [
    'RoleManagement.Read.Directory',
    'RoleManagement.Read.All',
    'Directory.Read.All',
    'RoleManagement.ReadWrite.Directory',
    'Directory.ReadWrite.All',
  ],
  cost: readCost(1),
  answer: (context) => ok(rolesPage(context, { set: 'roleManagement/directory/roleAssignments', isEligible: false })),
};

/** `GET /roleManagement/directory/roleEligibilityScheduleInstances`, which needs Entra ID P2. */
export const listRoleEligibilities: Route = {
  name: 'roleEligibilityScheduleInstances.list',
  method: 'GET',
  pattern: 'roleManagement/directory/roleEligibilityScheduleInstances',
  versions: BOTH_VERSIONS,
  permissions: [
    'RoleEligibilitySchedule.Read.Directory',
    'RoleManagement.Read.Directory',
    'RoleManagement.Read.All',
    'RoleEligibilitySchedule.ReadWrite.Directory',
    'RoleManagement.ReadWrite.Directory',
  ],
  cost: readCost(1),
  answer: (context) => {
    // The answer of real tenants (github.com/maester365/maester/issues/1421).
    if (context.tenant.settings.licence !== 'p2') {
      throw new GraphError(
        400,
        'AadPremiumLicenseRequired',
        'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
      );
    }
    const set = 'roleManagement/directory/roleEligibilityScheduleInstances';
    return ok(rolesPage(context, { set, isEligible: true }));
  },
};

function rolesPage(context: RouteContext, { set, isEligible }: { set: string; isEligible: boolean }): object {
  const { tenant, request } = context;
  const expands = readExpand(context.query.get('$expand'));
  const query = new Map([...context.query].filter(([name]) => name !== '$expand'));
  const list = readListQuery(query, request.headers, {
    type: 'microsoft.graph.unifiedRoleAssignment',
    defaultTop: 100,
    filterable: FILTERABLE,
  });
  const roles = tenant.directory.roles.filter((role) => role.isEligible === isEligible && !isDeleted(tenant, role));
  const resource = (role: RoleAssignment) => roleResource(tenant, role, expands);
  const top = Math.min(list.top, tenant.settings.membersPerPage);
  return page({ length: roles.length, at: (position) => roles[position] }, { ...list, top }, context.location(set), {
    matches: (role) => list.filter?.matches((name) => resource(role)[name]) ?? true,
    resource: (role) =>
      list.select === undefined
        ? resource(role)
        : Object.fromEntries(Object.entries(resource(role)).filter(([name]) => list.select?.includes(name))),
  });
}

/** Whether the principal is shown too. It is the only property that this stand-in expands. */
function readExpand(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (text.trim() !== 'principal') throw unsupportedQuery(`'$expand=${text}' is not supported by the service.`);
  return true;
}

function isDeleted({ directory }: Tenant, { principal }: RoleAssignment): boolean {
  return 'user' in principal && directory.has(principal.user, DELETED);
}

function roleResource(tenant: Tenant, role: RoleAssignment, expands: boolean): Record<string, unknown> {
  const { id, roleDefinitionId, principal } = role;
  const principalId = 'user' in principal ? tenant.directory.id(principal.user) : principal.group.id;
  return {
    id,
    principalId,
    directoryScopeId: '/',
    roleDefinitionId,
    ...(role.isEligible ? { appScopeId: null, endDateTime: null, memberType: 'Direct' } : {}),
    ...(expands ? { principal: principalResource(tenant, principal) } : {}),
  };
}

function principalResource(tenant: Tenant, principal: RoleAssignment['principal']): object {
  if ('user' in principal) return { '@odata.type': '#microsoft.graph.user', ...userResource(tenant, principal.user) };
  const { id, displayName } = principal.group;
  return { '@odata.type': '#microsoft.graph.group', id, displayName, isAssignableToRole: true };
}
