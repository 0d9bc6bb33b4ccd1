import { GraphError } from '../http/graphError.ts';
import { readListQuery } from '../odata/listQuery.ts';
import { contextUrl, page } from '../odata/page.ts';
import { BOTH_VERSIONS, ok, type Route, readCost } from './route.ts';

/** `GET /policies/identitySecurityDefaultsEnforcementPolicy` */
export const readSecurityDefaults: Route = {
  name: 'securityDefaults.read',
  method: 'GET',
  pattern: 'policies/identitySecurityDefaultsEnforcementPolicy',
  versions: BOTH_VERSIONS,
  permissions: ['Policy.Read.All'],
  cost: readCost(1),
  answer: ({ tenant, location }) =>
    ok({
      '@odata.context': contextUrl(location('policies/identitySecurityDefaultsEnforcementPolicy/$entity')),
      id: '00000000-0000-0000-0000-000000000005',
      displayName: 'Security Defaults',
      description: 'Security defaults is a set of basic identity security mechanisms recommended by Microsoft.',
      isEnabled: tenant.settings.securityDefaults,
    }),
};

/** `GET /identity/conditionalAccess/policies`, which needs Entra ID P1. */
export const listConditionalAccessPolicies: Route = {
  name: 'conditionalAccessPolicies.list',
  method: 'GET',
  pattern: 'identity/conditionalAccess/policies',
  versions: BOTH_VERSIONS,
  permissions: ['Policy.Read.ConditionalAccess', 'Policy.Read.All'],
  cost: () => ({ service: 'conditionalAccess' }),
  answer: ({ tenant, request, query, location }) => {
    if (tenant.settings.licence === 'none') {
      throw new GraphError(403, 'AccessDenied', 'Your tenant is not licensed for this feature.');
    }
    const list = readListQuery(query, request.headers, {
      type: 'microsoft.graph.conditionalAccessPolicy',
      defaultTop: 100,
      filterable: { state: ['eq', 'in'], displayName: ['eq'], id: ['eq'] },
    });
    const policies = tenant.settings.conditionalAccessPolicies;
    const { select } = list;
    return ok(
      page({ length: policies.length, at: (n) => policies[n] }, list, location('identity/conditionalAccess/policies'), {
        matches: (policy) => list.filter?.matches((name) => policy[name]) ?? true,
        resource: (policy) =>
          select === undefined ? policy : Object.fromEntries(select.map((name) => [name, policy[name]])),
      }),
    );
  },
};
