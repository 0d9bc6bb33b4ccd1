import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ControlGroup } from '../../../../local/graph/control.ts';
import { type Caller, type ErrorBody, readAll, startCaller } from '../caller.ts';

let caller: Caller;
let groups: Map<string, ControlGroup>;
beforeAll(async () => {
  caller = await startCaller({ users: 1_000, settings: { throttling: { window: 'off' } } });
  groups = new Map((await caller.control.groups()).map((group) => [group.displayName, group]));
});
afterAll(() => caller.simulator.close());

const idOf = (name: string): string => groups.get(name)?.id as string;

const ADVANCED = { ConsistencyLevel: 'eventual' };

interface Member {
  readonly id: string;
  readonly '@odata.type'?: string;
}

test('a group can be read, and an unknown one is 404', async () => {
  const { status, body } = await caller.get<Record<string, unknown>>(`/v1.0/groups/${idOf('MFA pilot')}`);
  expect([status, body.displayName]).toEqual([200, 'MFA pilot']);
  const unknown = await caller.get<ErrorBody>('/v1.0/groups/00000000-0000-4000-8000-000000000000/members');
  expect([unknown.status, unknown.body.error.code]).toEqual([404, 'Request_ResourceNotFound']);
});

test('one group has all users, one has the fixed users and a twentieth of the others, and one is empty', async () => {
  const allUsers = await readAll(caller, `/v1.0/groups/${idOf('All users')}/members?$top=999&$select=id`);
  expect(allUsers).toHaveLength(1_000);
  expect(groups.get('MFA pilot')?.users).toBe(52);
  expect((await caller.get(`/v1.0/groups/${idOf('Empty')}/transitiveMembers`)).body.value).toEqual([]);
});

test('direct members are users and groups, each with its type; the cast leaves the groups out', async () => {
  const members = await readAll<Member>(caller, `/v1.0/groups/${idOf('Company')}/members?$top=2`);
  const types = members.map((member) => member['@odata.type']);
  expect(types.filter((type) => type === '#microsoft.graph.group')).toHaveLength(2);
  expect(types.filter((type) => type === '#microsoft.graph.user').length).toBe(groups.get('Company')?.users);

  const users = await readAll<Member>(caller, `/v1.0/groups/${idOf('Company')}/members/microsoft.graph.user`);
  expect(users).toHaveLength(groups.get('Company')?.users as number);
  expect(users[0]).not.toHaveProperty('@odata.type');
});

test('transitive members are all users below, once each', async () => {
  const direct = async (name: string): Promise<string[]> => {
    const path = `/v1.0/groups/${idOf(name)}/members/microsoft.graph.user?$top=999&$select=id`;
    return (await readAll<Member>(caller, path)).map(({ id }) => id);
  };
  const expected = new Set(
    (await Promise.all(['Holding', 'Company', 'Sales', 'Engineering', 'MFA pilot'].map(direct))).flat(),
  );
  const path = `/v1.0/groups/${idOf('Holding')}/transitiveMembers`;
  const users = await readAll<Member>(caller, `${path}/microsoft.graph.user?$top=30&$select=id&$count=true`, ADVANCED);
  expect(users.map(({ id }) => id).sort()).toEqual([...expected].sort());

  const all = await readAll<Member>(caller, `${path}?$top=999&$select=id`);
  expect(all).toHaveLength(expected.size + 4);
});

test.each<[string, Record<string, string>]>([
  ['', {}],
  ['', ADVANCED],
  ['&$count=true', {}],
])('the cast of transitive members with "%s" and the headers %j is refused', async (options, headers) => {
  const path = `/v1.0/groups/${idOf('Holding')}/transitiveMembers/microsoft.graph.user?$select=id${options}`;
  const { status, body } = await caller.get<ErrorBody>(path, headers);
  expect([status, body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);
});

test('hidden members are shown only to an app that may read them, also below another group', async () => {
  const group = caller.simulator.directory.groups.find(({ displayName }) => displayName === 'Sales');
  if (group === undefined) throw new Error('There is no such group.');
  const count = async (name: string): Promise<number> =>
    (await readAll(caller, `/v1.0/groups/${idOf(name)}/transitiveMembers?$top=999&$select=id`)).length;
  const before = { sales: await count('Sales'), company: await count('Company') };
  Object.assign(group, { visibility: 'HiddenMembership' });
  expect(await count('Sales')).toBe(before.sales);
  caller.simulator.tenant.changeSettings({ deniedPermissions: ['Member.Read.Hidden'] });
  expect(await count('Sales')).toBe(0);
  expect(await count('Company')).toBeLessThan(before.company);
  const { body } = await caller.get<Record<string, unknown>>(`/v1.0/groups/${group.id}?$select=id,visibility`);
  expect(body).toMatchObject({ id: group.id, visibility: 'HiddenMembership' });
  caller.simulator.tenant.changeSettings({ deniedPermissions: [] });
  Object.assign(group, { visibility: undefined });
});

test.each([
  "directoryRoles(roleTemplateId='d29b2b05-8046-44ba-8758-1e26182fcf32')/members",
  'directoryRoles/roleTemplateId=d29b2b05-8046-44ba-8758-1e26182fcf32/members',
])('%s is the directory-sync account', async (path) => {
  const { body } = await caller.get(`/v1.0/${path}?$select=displayName`);
  expect(body.value).toEqual([{ displayName: 'On-Premises Directory Synchronization Service Account' }]);
});

test('a role that is not activated is 404', async () => {
  const path = "/v1.0/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members";
  expect((await caller.get(path)).status).toBe(404);
});

test('a page of members can be limited, also when more are requested, and the links lead to all of them', async () => {
  await caller.control.changeSettings({ membersPerPage: 300 });
  const path = `/v1.0/groups/${idOf('All users')}/transitiveMembers/microsoft.graph.user?$top=999&$select=id&$count=true`;
  const { body } = await caller.get<{ value: Member[] }>(path, ADVANCED);
  expect(body.value).toHaveLength(300);
  expect(await readAll(caller, path, ADVANCED)).toHaveLength(1_000);
  await caller.control.changeSettings({ membersPerPage: 999 });
  expect((await caller.get<{ value: Member[] }>(path, ADVANCED)).body.value).toHaveLength(999);
});
