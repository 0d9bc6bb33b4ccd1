import { describeMethod, isRegistered, methodNames, methodSet } from '../directory/authenticationMethods.ts';
import { ACCOUNT_DISABLED } from '../directory/directory.ts';
import { GraphError } from '../http/graphError.ts';
import type { Filterable } from '../odata/filter.ts';
import { readListQuery } from '../odata/listQuery.ts';
import { page } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';
import { BOTH_VERSIONS, ok, type Route } from './route.ts';
import { userSource } from './userResource.ts';

const PASSWORDLESS = methodSet(['fido2', 'windowsHelloForBusiness', 'platformCredential']);

const PROPERTIES: Readonly<Record<string, (tenant: Tenant, user: number) => unknown>> = {
  id: ({ directory }, user) => directory.id(user),
  userPrincipalName: ({ directory }, user) => directory.principalName(user),
  userDisplayName: ({ directory }, user) => directory.displayName(user),
  userType: ({ directory }, user) => directory.userType(user).toLowerCase(),
  isAdmin: () => false,
  isSsprRegistered: ({ perUserMfa }, user) => methodNames(perUserMfa.reportedMethods(user)).length > 1,
  isSsprEnabled: () => false,
  isSsprCapable: () => false,
  isMfaRegistered: ({ perUserMfa }, user) => isRegistered(perUserMfa.reportedMethods(user)),
  // Registered is not enough: the tenant's policy must allow one of the methods.
  isMfaCapable: ({ perUserMfa, settings }, user) =>
    isRegistered(perUserMfa.reportedMethods(user) & ~methodSet(settings.disallowedMethods)),
  isPasswordlessCapable: ({ perUserMfa }, user) => (perUserMfa.reportedMethods(user) & PASSWORDLESS) !== 0,
  methodsRegistered: ({ perUserMfa }, user) =>
    methodNames(perUserMfa.reportedMethods(user)).flatMap((name) => describeMethod(name).reportName ?? []),
  isSystemPreferredAuthenticationMethodEnabled: () => false,
  systemPreferredAuthenticationMethods: () => [],
  userPreferredMethodForSecondaryAuthentication: () => 'none',
  lastUpdatedDateTime: ({ outside, settings }) => new Date(outside.now() - settings.reportLagMs).toISOString(),
};

const FILTERABLE: Filterable = {
  isMfaRegistered: ['eq'],
  isMfaCapable: ['eq'],
  isPasswordlessCapable: ['eq'],
  isSsprRegistered: ['eq'],
  userPrincipalName: ['eq', 'startswith'],
  userDisplayName: ['eq', 'startswith'],
};

/**
 * `GET /reports/authenticationMethods/userRegistrationDetails`. Disabled accounts are not in the report; without Entra
 * ID P1 or P2 there is none.
 */
export const listRegistrationDetails: Route = {
  name: 'registrationReport.list',
  method: 'GET',
  pattern: 'reports/authenticationMethods/userRegistrationDetails',
  versions: BOTH_VERSIONS,
  permissions: ['AuditLog.Read.All'],
  cost: () => ({ service: 'reports' }),
  answer: ({ tenant, request, query, location }) => {
    if (tenant.settings.licence === 'none') {
      throw new GraphError(
        403,
        'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
        "Tenant is not a B2C tenant and doesn't have premium license",
      );
    }
    const list = readListQuery(query, request.headers, {
      type: 'microsoft.graph.userRegistrationDetails',
      defaultTop: 999,
      selectable: new Set(Object.keys(PROPERTIES)),
      filterable: FILTERABLE,
    });
    const names = list.select ?? Object.keys(PROPERTIES);
    return ok(
      page(
        userSource(tenant, tenant.directory.size),
        list,
        location('reports/authenticationMethods/userRegistrationDetails'),
        {
          matches: (user) =>
            !tenant.directory.has(user, ACCOUNT_DISABLED) &&
            (list.filter?.matches((property) => PROPERTIES[property]?.(tenant, user)) ?? true),
          resource: (user) => Object.fromEntries(names.map((name) => [name, PROPERTIES[name]?.(tenant, user)])),
        },
      ),
    );
  },
};
