import { notFound } from '../http/graphError.ts';
import { contextUrl } from '../odata/page.ts';
import { usersPage } from './groups.ts';
import { BOTH_VERSIONS, ok, type Route, type RouteContext, readCost } from './route.ts';

/** The role of the directory synchronization's account, the only one that the tenant has activated. */
const SYNC_ROLE = {
  id: '5a1f1b0e-7c1d-4d57-9f0a-3a4f2f6f8a11',
  displayName: 'Directory Synchronization Accounts',
  description: 'Only used by Microsoft Entra Connect service.',
  roleTemplateId: 'd29b2b05-8046-44ba-8758-1e26182fcf32',
};

const roleRoute = {
  method: 'GET',
  versions: BOTH_VERSIONS,
  permissions: ['RoleManagement.Read.Directory', 'Directory.Read.All', 'RoleManagement.ReadWrite.Directory'],
} as const;

/** `GET /directoryRoles` */
export const listDirectoryRoles: Route = {
  ...roleRoute,
  name: 'directoryRoles.list',
  pattern: 'directoryRoles',
  cost: readCost(1),
  answer: ({ location }) => ok({ '@odata.context': contextUrl(location('directoryRoles')), value: [SYNC_ROLE] }),
};

/** `GET /directoryRoles/{id}` and `GET /directoryRoles(roleTemplateId='{id}')` */
export const readDirectoryRole: Route = {
  ...roleRoute,
  name: 'directoryRoles.read',
  pattern: 'directoryRoles/*',
  cost: readCost(1),
  answer: (context) => {
    checkRole(context);
    return ok({ '@odata.context': contextUrl(context.location('directoryRoles/$entity')), ...SYNC_ROLE });
  },
};

/** `GET /directoryRoles/{id}/members` and `GET /directoryRoles(roleTemplateId='{id}')/members` */
export const listDirectoryRoleMembers: Route = {
  ...roleRoute,
  name: 'directoryRoles.members',
  pattern: 'directoryRoles/*/members',
  cost: readCost(1),
  answer: (context) => {
    checkRole(context);
    const { syncAccount } = context.tenant.directory;
    return ok(usersPage(context, syncAccount === undefined ? [] : [syncAccount]));
  },
};

function checkRole({ params }: RouteContext): void {
  const key = params[0] as string;
  const template = /^roleTemplateId='?([^']*)'?$/i.exec(key)?.[1];
  const found =
    template === undefined ? key.toLowerCase() === SYNC_ROLE.id : template.toLowerCase() === SYNC_ROLE.roleTemplateId;
  if (!found) throw notFound(template ?? key);
}
