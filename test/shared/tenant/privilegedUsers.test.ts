import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SendToGraph } from '../../../shared/graph/graph.ts';
import { findPrivilegedUsers } from '../../../shared/tenant/privilegedUsers.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 300 });
});
afterAll(() => parts.close());
afterEach(() => {
  parts.graph.tenant.changeSettings({ deniedPermissions: [], licence: 'none', membersPerPage: 999 });
  parts.graph.faults.remove();
});

const ROLES = ['RoleManagement.Read.Directory', 'RoleManagement.Read.All', 'Directory.Read.All'].concat([
  'RoleManagement.ReadWrite.Directory',
  'Directory.ReadWrite.All',
]);
const ELIGIBILITIES = ['RoleEligibilitySchedule.Read.Directory', 'RoleEligibilitySchedule.ReadWrite.Directory'];

/** The users with a role in the tenant, by how they have it. */
function seeded(isEligible: boolean): string[] {
  const { directory } = parts.graph;
  return directory.roles
    .filter((role) => role.isEligible === isEligible)
    .flatMap(({ principal }) => ('user' in principal ? [principal.user] : [...principal.group.users]))
    .map((user) => directory.id(user));
}

async function found(send: SendToGraph = parts.worker().graph): Promise<ReadonlyMap<string, string>> {
  const answer = await findPrivilegedUsers(send);
  if (answer === undefined || 'unreadable' in answer) throw new Error('They are not known.');
  return answer;
}

describe('the privileged accounts', () => {
  it('have a role by themselves or by a group; without Entra ID P2, none is eligible', async () => {
    const active = seeded(false);
    expect(active.length).toBeGreaterThan(2);
    for (const licence of ['none', 'p1'] as const) {
      parts.graph.tenant.changeSettings({ licence });
      const answer = await found();
      expect(active.map((id) => answer.get(id))).toEqual(active.map(() => 'active'));
      expect(seeded(true).map((id) => answer.get(id))).toEqual([undefined]);
    }
  });

  it('can activate a role, with Entra ID P2; the role that they have now counts more', async () => {
    parts.graph.tenant.changeSettings({ licence: 'p2' });
    const { index, id } = parts.people.one();
    parts.graph.directory.assignRole({ user: index }, { isEligible: true });
    expect((await found()).get(id)).toBe('eligible');
    parts.graph.directory.assignRole({ user: index });
    expect((await found()).get(id)).toBe('active');
  });

  it('are found on all pages, of assignments and of members', async () => {
    const whole = await found();
    parts.graph.tenant.changeSettings({ membersPerPage: 1 });
    expect(await found()).toEqual(whole);
  });

  it('are found when Graph does not show whether a principal is a group', async () => {
    const { graph } = parts.worker();
    const withoutPrincipals: SendToGraph = (request) =>
      graph({ ...request, path: request.path.replace('?$expand=principal', '') });
    expect([...(await found(withoutPrincipals)).keys()].sort()).toEqual([...(await found()).keys()].sort());
  });

  it.each([
    ['roles', ROLES],
    ['eligibilities', [...ROLES, ...ELIGIBILITIES]],
  ])('are not known when the service may not read %s, and it says so', async (_, deniedPermissions) => {
    parts.graph.tenant.changeSettings({ deniedPermissions, licence: 'p2' });
    const message = expect.stringContaining('RoleManagement.Read.Directory');
    expect(await findPrivilegedUsers(parts.worker().graph)).toMatchObject({ unreadable: { message } });
  });

  it('are not known when the service may not read the members of a group with a role', async () => {
    const { groups } = parts.graph.directory;
    const group = groups.find(({ isAssignableToRole }) => isAssignableToRole);
    if (group === undefined) throw new Error('There is no such group.');
    Object.assign(group, { visibility: 'HiddenMembership' });
    parts.graph.tenant.changeSettings({ deniedPermissions: ['Member.Read.Hidden'] });
    const answer = await findPrivilegedUsers(parts.worker().graph);
    Object.assign(group, { visibility: undefined });
    expect(answer).toMatchObject({ unreadable: { code: 'membersHidden' } });
  });

  it.each([
    ['role assignments', 'roleAssignments'],
    ['eligibilities', 'roleEligibilityScheduleInstances'],
    ['members', 'transitiveMembers'],
  ])('are not known while Graph does not answer for %s', async (_, path) => {
    parts.graph.faults.add({ match: { path }, fault: { status: 503 } });
    expect(await findPrivilegedUsers(parts.worker().graph)).toBeUndefined();
  });

  it('are not known when an entry cannot be read', async () => {
    const { graph } = parts.worker();
    const odd: SendToGraph = async (request) => {
      const answer = await graph(request);
      return request.path.includes('roleAssignments') && answer.kind === 'ok'
        ? { ...answer, body: { value: [{ id: 'x' }] } }
        : answer;
    };
    expect(await findPrivilegedUsers(odd)).toBeUndefined();
  });
});
