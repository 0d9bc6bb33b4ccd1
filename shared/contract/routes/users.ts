import { z } from 'zod';
import { REFERENCE_MAX_LENGTH } from '../../domain/userReference.ts';
import { registeredWords } from '../../http/userList.ts';
import { listedStates } from '../../users/userIndex.ts';
import { page } from '../parameters.ts';
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
    'The users of the tenant as the last registration sweep saw them, by state, registration and name, in pages.',
  roles: ['MfaState.Read'],
  query: () => ({
    state: {
      summary: 'State',
      description: 'Only users in this state.',
      schema: z.enum(listedStates),
      example: 'enabled',
    },
    registered: {
      summary: 'Registered',
      description: 'Only users who have, or have not, a method for multifactor authentication.',
      schema: z.enum(registeredWords),
      example: 'false',
    },
    q: {
      summary: 'Name begins with',
      description: 'Only users whose user principal name begins with this text, in upper or lower case.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
      example: 'al',
    },
    page: page(),
  }),
  answers: { 200: { description: 'A page of users.', body: 'UserList' } },
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
