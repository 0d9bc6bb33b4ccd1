import { listAuthenticationMethods } from './authenticationMethods.ts';
import { listDirectoryAudits } from './directoryAudits.ts';
import { listDirectoryRoleMembers, listDirectoryRoles, readDirectoryRole } from './directoryRoles.ts';
import {
  listGroups,
  listMembers,
  listMemberUsers,
  listTransitiveMembers,
  listTransitiveUsers,
  readGroup,
} from './groups.ts';
import { listOrganization, listSubscribedSkus } from './organization.ts';
import { listConditionalAccessPolicies, readSecurityDefaults } from './policies.ts';
import { listRegistrationDetails } from './registrationReport.ts';
import { readRequirements, updateRequirements } from './requirements.ts';
import { listRoleAssignments, listRoleEligibilities } from './roleManagement.ts';
import type { Route } from './route.ts';
import { sendMail } from './sendMail.ts';
import { listUsers, readUser } from './users.ts';

const ROUTES: readonly Route[] = [
  readRequirements,
  updateRequirements,
  listUsers,
  readUser,
  listAuthenticationMethods,
  listRegistrationDetails,
  listGroups,
  readGroup,
  listMembers,
  listMemberUsers,
  listTransitiveMembers,
  listTransitiveUsers,
  listDirectoryRoles,
  readDirectoryRole,
  listDirectoryRoleMembers,
  listRoleAssignments,
  listRoleEligibilities,
  readSecurityDefaults,
  listConditionalAccessPolicies,
  sendMail,
  listOrganization,
  listSubscribedSkus,
  listDirectoryAudits,
];

interface Candidate {
  readonly route: Route;
  readonly parts: readonly string[];
}

/** By first segment and number of segments, so that few patterns are left to compare. */
const CANDIDATES = new Map<string, Candidate[]>();
for (const route of ROUTES) {
  const parts = route.pattern.split('/');
  const key = `${parts[0]}/${parts.length}`;
  CANDIDATES.set(key, [...(CANDIDATES.get(key) ?? []), { route, parts }]);
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: readonly string[];
}

/** The routes for a path, whatever their method and version. */
export function routesFor(segments: readonly string[]): RouteMatch[] {
  const found: RouteMatch[] = [];
  for (const { route, parts } of CANDIDATES.get(`${segments[0]}/${segments.length}`) ?? []) {
    if (!parts.every((part, position) => part === '*' || part === segments[position])) continue;
    found.push({ route, params: segments.filter((_, position) => parts[position] === '*') });
  }
  return found;
}
