import { DELETED } from '../directory/directory.ts';
import { type Group, transitiveMembers } from '../directory/groups.ts';
import { notFound, unsupportedQuery } from '../http/graphError.ts';
import { type ListQuery, readListQuery, readSelect } from '../odata/listQuery.ts';
import { contextUrl, page, type Source } from '../odata/page.ts';
import { BOTH_VERSIONS, ok, type Route, type RouteContext, readCost } from './route.ts';
import { USER_PROPERTIES, userResource, userSource } from './userResource.ts';

const GROUP_PROPERTIES = new Set(
  'id displayName description groupTypes mail mailEnabled securityEnabled visibility isAssignableToRole'.split(' '),
);

const MEMBER_PERMISSIONS = ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'];

/** Without it, the members of a group with hidden membership are not shown. */
const READ_HIDDEN = 'Member.Read.Hidden';

const groupRoute = { method: 'GET', versions: BOTH_VERSIONS, permissions: MEMBER_PERMISSIONS } as const;

/** `GET /groups` */
export const listGroups: Route = {
  ...groupRoute,
  name: 'groups.list',
  pattern: 'groups',
  cost: readCost(2),
  answer: ({ tenant, request, query, location }) => {
    const list = readListQuery(query, request.headers, {
      type: 'microsoft.graph.group',
      defaultTop: 100,
      selectable: GROUP_PROPERTIES,
      filterable: { displayName: ['eq', 'in', 'startswith'], id: ['eq', 'in'] },
    });
    const { groups } = tenant.directory;
    return ok(
      page({ length: groups.length, at: (position) => groups[position] }, list, location('groups'), {
        matches: (group) => list.filter?.matches((name) => group[name as 'id' | 'displayName']) ?? true,
        resource: (group) => groupResource(group, list.select),
      }),
    );
  },
};

/** `GET /groups/{id}` */
export const readGroup: Route = {
  ...groupRoute,
  name: 'groups.read',
  pattern: 'groups/*',
  cost: readCost(1),
  answer: (context) => {
    const select = readSelect(context.query, { type: 'microsoft.graph.group', selectable: GROUP_PROPERTIES });
    const resource = groupResource(groupOf(context), select);
    return ok({ '@odata.context': contextUrl(context.location('groups/$entity'), select), ...resource });
  },
};

/** `GET /groups/{id}/members` */
export const listMembers: Route = {
  ...groupRoute,
  name: 'groups.members',
  pattern: 'groups/*/members',
  cost: readCost(3),
  answer: (context) => ok(membersPage(context, shown(context, groupOf(context)))),
};

/** `GET /groups/{id}/members/microsoft.graph.user` */
export const listMemberUsers: Route = {
  ...groupRoute,
  name: 'groups.memberUsers',
  pattern: 'groups/*/members/microsoft.graph.user',
  cost: readCost(3),
  answer: (context) => ok(usersPage(context, shown(context, groupOf(context)).users)),
};

/** `GET /groups/{id}/transitiveMembers` */
export const listTransitiveMembers: Route = {
  ...groupRoute,
  name: 'groups.transitiveMembers',
  pattern: 'groups/*/transitiveMembers',
  cost: readCost(5),
  answer: (context) => ok(membersPage(context, transitiveMembers(groupOf(context), isHiddenFrom(context)))),
};

/** `GET /groups/{id}/transitiveMembers/microsoft.graph.user` */
export const listTransitiveUsers: Route = {
  ...groupRoute,
  name: 'groups.transitiveUsers',
  pattern: 'groups/*/transitiveMembers/microsoft.graph.user',
  cost: readCost(5),
  answer: (context) => ok(castPage(context, transitiveMembers(groupOf(context), isHiddenFrom(context)))),
};

function groupOf({ tenant, params }: RouteContext): Group {
  const group = tenant.directory.findGroup(params[0] as string);
  if (group === undefined) throw notFound(params[0] as string);
  return group;
}

/** Whether the app does not see the members of a group. They are left out without an error. */
function isHiddenFrom({ tenant }: RouteContext): (group: Group) => boolean {
  const mayReadHidden = !tenant.settings.deniedPermissions.includes(READ_HIDDEN);
  return ({ visibility }) => visibility === 'HiddenMembership' && !mayReadHidden;
}

function shown(context: RouteContext, group: Group): Pick<Group, 'users' | 'groups'> {
  return isHiddenFrom(context)(group) ? { users: new Uint32Array(), groups: [] } : group;
}

/**
 * A page of members cast to users. The documentation calls the cast an advanced query, which needs `$count=true` and
 * `ConsistencyLevel: eventual`. Source: learn.microsoft.com/graph/api/group-list-transitivemembers.
 */
function castPage(context: RouteContext, { users }: Pick<Group, 'users'>): object {
  const { query, request } = context;
  const isAdvanced = query.get('$count') === 'true' && request.headers.consistencylevel?.toLowerCase() === 'eventual';
  if (!isAdvanced) {
    throw unsupportedQuery(
      "The specified cast is an advanced query: send the header 'ConsistencyLevel: eventual' and the parameter '$count=true'.",
    );
  }
  return usersPage(context, users);
}

function groupResource(group: Group, select?: readonly string[]): Record<string, unknown> {
  const all: Record<string, unknown> = {
    id: group.id,
    displayName: group.displayName,
    description: null,
    groupTypes: [],
    mail: null,
    mailEnabled: false,
    securityEnabled: true,
    visibility: group.visibility ?? null,
    isAssignableToRole: group.isAssignableToRole ?? null,
  };
  return select === undefined ? all : Object.fromEntries(select.map((name) => [name, all[name]]));
}

/** A page of users only, without a type on each. */
export function usersPage(context: RouteContext, users: ArrayLike<number>): object {
  const { tenant } = context;
  const list = memberQuery(context);
  return page(userSource(tenant, users), list, context.location('users'), {
    resource: (user) => userResource(tenant, user, list.select),
  });
}

/** A page of groups and users, the groups first, each with its type. */
function membersPage(context: RouteContext, members: Pick<Group, 'users' | 'groups'>): object {
  const { tenant } = context;
  const list = memberQuery(context);
  const { groups, users } = members;
  const source: Source<Group | number> = {
    length: groups.length + users.length,
    at: (position) => {
      if (position < groups.length) return groups[position];
      const user = users[position - groups.length] as number;
      return tenant.directory.has(user, DELETED) ? undefined : user;
    },
  };
  return page(source, list, context.location('directoryObjects'), {
    resource: (member) =>
      typeof member === 'number'
        ? { '@odata.type': '#microsoft.graph.user', ...userResource(tenant, member, list.select) }
        : { '@odata.type': '#microsoft.graph.group', ...groupResource(member, list.select) },
  });
}

function memberQuery({ tenant, query, request }: RouteContext): ListQuery {
  const list = readListQuery(query, request.headers, {
    type: 'microsoft.graph.directoryObject',
    defaultTop: 100,
    selectable: new Set([...USER_PROPERTIES, ...GROUP_PROPERTIES]),
  });
  return { ...list, top: Math.min(list.top, tenant.settings.membersPerPage) };
}
