import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../../../local/graph/directory/roles.ts';
import { type Caller, type ErrorBody, readAll, startCaller } from '../caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 300, settings: { throttling: { window: 'off' } } });
});
afterAll(() => caller.simulator.close());
afterEach(async () => {
  await caller.control.changeSettings({ licence: 'none', deniedPermissions: [], membersPerPage: 999 });
});

interface Assignment {
  readonly principalId: string;
  readonly roleDefinitionId: string;
  readonly principal?: { readonly '@odata.type': string; readonly id: string };
}

const ASSIGNMENTS = '/v1.0/roleManagement/directory/roleAssignments';
const ELIGIBILITIES = '/v1.0/roleManagement/directory/roleEligibilityScheduleInstances';

test('role assignments name their principals: users, and a group to which roles can be assigned', async () => {
  const plain = await readAll<Assignment>(caller, ASSIGNMENTS);
  expect(plain.every(({ principal }) => principal === undefined)).toBe(true);
  const expanded = await readAll<Assignment>(caller, `${ASSIGNMENTS}?$expand=principal`);
  expect(expanded.map(({ principalId }) => principalId)).toEqual(plain.map(({ principalId }) => principalId));
  const groups = expanded.filter(({ principal }) => principal?.['@odata.type'] === '#microsoft.graph.group');
  expect(groups).toHaveLength(1);
  const { body } = await caller.get<object>(`/v1.0/groups/${groups[0]?.principalId}?$select=isAssignableToRole`);
  expect(body).toMatchObject({ isAssignableToRole: true });
});

test('role assignments can be filtered and paged', async () => {
  const filter = encodeURIComponent(`roleDefinitionId eq '${ROLES.globalAdministrator}'`);
  const some = await readAll<Assignment>(caller, `${ASSIGNMENTS}?$filter=${filter}`);
  expect(new Set(some.map(({ roleDefinitionId }) => roleDefinitionId))).toEqual(new Set([ROLES.globalAdministrator]));
  const all = await readAll<Assignment>(caller, ASSIGNMENTS);
  await caller.control.changeSettings({ membersPerPage: 1 });
  expect(await readAll<Assignment>(caller, ASSIGNMENTS)).toEqual(all);
});

test('another property than the principal cannot be expanded', async () => {
  expect((await caller.get(`${ASSIGNMENTS}?$expand=principal,roleDefinition`)).status).toBe(400);
});

test('eligible accounts need Entra ID P2', async () => {
  for (const licence of ['none', 'p1'] as const) {
    await caller.control.changeSettings({ licence });
    const { status, body } = await caller.get<ErrorBody>(ELIGIBILITIES);
    expect([status, body.error.code]).toEqual([400, 'AadPremiumLicenseRequired']);
  }
  await caller.control.changeSettings({ licence: 'p2' });
  expect(await readAll(caller, ELIGIBILITIES)).toHaveLength(1);
});

test('both need a permission', async () => {
  await caller.control.changeSettings({
    licence: 'p2',
    deniedPermissions: [
      'RoleManagement.Read.Directory',
      'RoleManagement.Read.All',
      'RoleManagement.ReadWrite.Directory',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'RoleEligibilitySchedule.Read.Directory',
      'RoleEligibilitySchedule.ReadWrite.Directory',
    ],
  });
  const assignments = await caller.get<ErrorBody>(ASSIGNMENTS);
  expect([assignments.status, assignments.body.error.code]).toEqual([403, 'Authorization_RequestDenied']);
  const eligibilities = await caller.get<ErrorBody>(ELIGIBILITIES);
  expect(eligibilities.status).toBe(403);
  expect(eligibilities.body.error.message).toContain('PermissionScopeNotGranted');
});

test('a user gets a role by the control, and loses it with the account', async () => {
  const { control, simulator } = caller;
  const id = simulator.directory.id(42);
  await control.assignRole(id);
  const holders = async (): Promise<string[]> =>
    (await readAll<Assignment>(caller, ASSIGNMENTS)).map(({ principalId }) => principalId);
  expect(await holders()).toContain(id);
  await control.deleteUser(id);
  expect(await holders()).not.toContain(id);
});
