import { z } from 'zod';
import { dateOrTime, page, userFilters } from '../parameters.ts';
import type { GuardedRoute } from '../route.ts';

export const getUserMfaStateRoute = {
  name: 'getUserMfaState',
  method: 'GET',
  path: 'users/{userId}/mfa-state',
  tag: 'Users',
  summary: "Get a user's per-user MFA state",
  description: 'One user by object id or user principal name, as Microsoft Graph shows the state now.',
  roles: ['MfaState.Read'],
  answers: { 200: { description: 'The state.', body: 'UserState' } },
  errors: ['UserNotFound', 'GraphRefused'],
} as const satisfies GuardedRoute;

export const listUsersRoute = {
  name: 'listUsers',
  method: 'GET',
  path: 'users',
  tag: 'Users',
  summary: 'List users by state and registration',
  description:
    'The users of the tenant as one registration sweep saw them, in the order of their names, in pages. All pages are of the same sweep. A newer change by this service is shown. Filters can be combined.',
  roles: ['MfaState.Read'],
  query: () => ({ ...userFilters(), page: page() }),
  answers: { 200: { description: 'A page of users.', body: 'UserList' } },
  errors: ['ListExpired'],
} as const satisfies GuardedRoute;

export const exportUsersRoute = {
  name: 'exportUsers',
  method: 'GET',
  path: 'users/export',
  tag: 'Users',
  summary: 'Export users',
  description:
    'The same users as a CSV file, which a request for a change can read. A large file comes in parts: the header Link says where the next is. The parts, one after another, are the file.',
  roles: ['MfaState.Read'],
  query: () => ({
    ...userFilters(),
    bom: {
      summary: 'Byte order mark',
      description:
        'Whether the file begins with a byte order mark, which Excel needs to read it as UTF-8; false when missing.',
      schema: z.enum(['true', 'false']),
      example: 'true',
    },
    page: page(),
  }),
  answers: {
    200: {
      description: 'The file, or a part of it.',
      body: { type: 'text/csv', example: 'listedUsersCsv' },
      headers: ['Link'],
    },
  },
  errors: ['ListExpired'],
} as const satisfies GuardedRoute;

export const exportUsersNdjsonRoute = {
  name: 'exportUsersNdjson',
  method: 'GET',
  path: 'users/export/ndjson',
  tag: 'Users',
  summary: 'Export users as NDJSON',
  description: 'The same users as NDJSON: a file with one user of JSON on each line, in parts like the CSV file.',
  roles: ['MfaState.Read'],
  query: () => ({ ...userFilters(), page: page() }),
  answers: {
    200: {
      description: 'The file, or a part of it.',
      body: { type: 'application/x-ndjson', example: 'listedUsersNdjson' },
      headers: ['Link'],
    },
  },
  errors: ['ListExpired'],
} as const satisfies GuardedRoute;

export const getUserCoverageRoute = {
  name: 'getUserCoverage',
  method: 'GET',
  path: 'users/coverage',
  tag: 'Users',
  summary: 'Count users over time',
  description:
    'How many users were protected, registered and at risk on each day with a completed registration sweep, oldest first. Days are kept as long as the audit record.',
  roles: ['MfaState.Read'],
  query: () => ({
    fromDateTime: {
      summary: 'From',
      description: 'The first day (UTC), or a time on it; 90 days before the last one when missing.',
      schema: dateOrTime(),
      example: '2026-03-01T00:00:00Z',
    },
    toDateTime: {
      summary: 'To',
      description: 'The last day (UTC), or a time on it; today when missing.',
      schema: dateOrTime(),
      example: '2026-03-31T00:00:00Z',
    },
  }),
  answers: { 200: { description: 'The days.', body: 'Coverage' } },
} as const satisfies GuardedRoute;

export const getUserSummaryRoute = {
  name: 'getUserSummary',
  method: 'GET',
  path: 'users/summary',
  tag: 'Users',
  summary: 'Count users by state and registration',
  description: 'How many users are in which state, and registered or not, as of the last completed registration sweep.',
  roles: ['MfaState.Read'],
  answers: { 200: { description: 'The numbers.', body: 'UserSummary' } },
} as const satisfies GuardedRoute;

export const getTenantPolicyRoute = {
  name: 'getTenantPolicy',
  method: 'GET',
  path: 'tenant/policy',
  tag: 'Users',
  summary: 'Get the facts that safety checks use',
  description:
    'Conditional Access, security defaults, protected and privileged accounts, the daily limit on lowering states, and the halt of all changes; and why one of them is not known.',
  roles: ['MfaState.Read'],
  answers: { 200: { description: 'What is known of the tenant.', body: 'TenantPolicy' } },
} as const satisfies GuardedRoute;
