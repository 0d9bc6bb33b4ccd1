import { GraphError, unsupportedQuery } from '../http/graphError.ts';
import type { Filter, Filterable } from '../odata/filter.ts';
import { readListQuery, readSelect } from '../odata/listQuery.ts';
import { contextUrl, page, type Source } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';
import { BOTH_VERSIONS, ok, type Route, readCost } from './route.ts';
import { userOf } from './userOf.ts';
import { USER_PROPERTIES, userProperty, userResource, userSource } from './userResource.ts';

const TYPE = 'microsoft.graph.user';

const PERMISSIONS = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];

/** Properties that exist, and that a list cannot show. Source: learn.microsoft.com/graph/api/user-list. */
const SINGLE_ONLY = new Set(
  'aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools skills'.split(
    ' ',
  ),
);

const FILTERABLE: Filterable = {
  id: ['eq', 'in'],
  userPrincipalName: ['eq', 'in', 'startswith'],
  displayName: ['eq', 'in', 'startswith'],
  mail: ['eq', 'in'],
  userType: ['eq', 'in'],
  accountEnabled: ['eq'],
  perUserMfaState: ['eq'],
};

/** `GET /users` */
export const listUsers: Route = {
  name: 'users.list',
  method: 'GET',
  pattern: 'users',
  versions: BOTH_VERSIONS,
  permissions: PERMISSIONS,
  cost: readCost(2),
  answer: ({ tenant, request, query, location }) => {
    const list = readListQuery(query, request.headers, {
      type: TYPE,
      defaultTop: 100,
      selectable: selectableIn(query),
      filterable: FILTERABLE,
    });
    if (!tenant.settings.listsState && query.get('$filter')?.includes('perUserMfaState')) {
      throw unsupportedQuery(
        "Unsupported or invalid query filter clause specified for property 'perUserMfaState' of resource 'User'.",
      );
    }
    const { filter, select } = list;
    return ok(
      page(candidates(tenant, filter), list, location('users'), {
        matches: (user) => filter?.matches((property) => userProperty(tenant, user, property)) ?? true,
        resource: (user) => userResource(tenant, user, select),
      }),
    );
  },
};

/** `GET /users/{id | userPrincipalName}` */
export const readUser: Route = {
  name: 'users.read',
  method: 'GET',
  pattern: 'users/*',
  versions: BOTH_VERSIONS,
  permissions: PERMISSIONS,
  cost: readCost(1),
  answer: (context) => {
    const { tenant, query, location } = context;
    const select = readSelect(query, { type: TYPE, selectable: new Set([...USER_PROPERTIES, ...SINGLE_ONLY]) });
    const resource = userResource(tenant, userOf(context), select);
    return ok({ '@odata.context': contextUrl(location('users/$entity'), select), ...resource });
  },
};

/** @throws GraphError 501 for a property that only a single user can show, as the page of the list says. */
function selectableIn(query: ReadonlyMap<string, string>): ReadonlySet<string> {
  for (const name of query.get('$select')?.split(',') ?? []) {
    if (SINGLE_ONLY.has(name.trim())) {
      throw new GraphError(
        501,
        'NotImplemented',
        `The property '${name.trim()}' cannot be selected in a list of users.`,
      );
    }
  }
  return USER_PROPERTIES;
}

/** Only the users that can match, where the filter names them; reading 15 by name must not search 100,000. */
function candidates(tenant: Tenant, filter: Filter | undefined): Source<number> {
  const { directory } = tenant;
  if (filter?.exact?.property !== 'userPrincipalName' && filter?.exact?.property !== 'id') {
    return userSource(tenant, directory.size);
  }
  const found = filter.exact.values.map((value) => directory.find(String(value)));
  return userSource(
    tenant,
    [...new Set(found)].filter((user) => user !== undefined),
  );
}
