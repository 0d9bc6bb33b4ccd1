import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findProtectedUsers, type ProtectedUsersAnswer } from '../../../shared/tenant/protectedUsers.ts';
import { change, historyOf, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 300 });
});
afterAll(() => parts.close());
afterEach(() => {
  parts.graph.tenant.changeSettings({ deniedPermissions: [] });
  parts.graph.faults.remove();
});

const READ_ROLES = ['RoleManagement.Read.Directory', 'Directory.Read.All', 'RoleManagement.ReadWrite.Directory'];
const READ_USERS = [
  'User.Read.All',
  'User.ReadBasic.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

function find(settings: { users?: string[]; group?: string }): Promise<ProtectedUsersAnswer> {
  const { graph, now } = parts.worker();
  const { users = [], group = '' } = settings;
  return findProtectedUsers(graph, { PROTECTED_USERS: users, PROTECTED_GROUP: group }, now);
}

describe('the protected accounts', () => {
  it('are those of the settings, by name or id, and the directory-sync account', async () => {
    const [byName, byId] = parts.people.take(2);
    const found = await find({
      users: [byName?.name.toUpperCase() ?? '', byId?.id.toUpperCase() ?? '', 'nobody@contoso.com'],
    });
    expect(found).toEqual({
      reasons: new Map([
        [byName?.id, 'PROTECTED_USERS'],
        [byId?.id, 'PROTECTED_USERS'],
        [parts.graph.directory.id(parts.graph.directory.syncAccount as number), 'directory synchronization'],
      ]),
      unresolved: ['nobody@contoso.com'],
    });
  });

  it.each([
    ['roles', READ_ROLES, {}, 'RoleManagement.Read.Directory'],
    ['users by name', READ_USERS, { users: ['somebody@contoso.com'] }, 'User.Read.All'],
  ])('are not known when the service may not look up %s, and it says so', async (_, denied, settings, permission) => {
    parts.graph.tenant.changeSettings({ deniedPermissions: denied });
    const message = expect.stringMatching(`permission ${permission} .*403 Authorization_RequestDenied`);
    expect(await find(settings)).toMatchObject({ unreadable: { message } });
  });

  it('are not known when the group of the setting is none', async () => {
    const message = expect.stringMatching(/PROTECTED_GROUP.*404 Request_ResourceNotFound/);
    expect(await find({ group: '0aa10000-0000-4000-8000-000000000001' })).toMatchObject({ unreadable: { message } });
  });

  it('are not known when the group of the setting hides its members: an empty list would protect none of them', async () => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'Sales');
    if (group === undefined) throw new Error('There is no such group.');
    Object.assign(group, { visibility: 'HiddenMembership' });
    parts.graph.tenant.changeSettings({ deniedPermissions: ['Member.Read.Hidden'] });
    const found = await find({ group: group.id });
    Object.assign(group, { visibility: undefined });
    expect(found).toMatchObject({ unreadable: { code: 'membersHidden' } });
  });

  it('are known when the group of the setting is empty', async () => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'Empty');
    expect(await find({ group: group?.id ?? '' })).toHaveProperty('reasons');
  });

  it.each([
    ['401', { path: 'directoryRoles' }, 401],
    ['401 to a look-up by name', { path: '/users\\?' }, 401],
    ['an expired link', { path: 'skiptoken' }, 400],
  ])('are not known for the moment, and not refused, when Graph answers with %s', async (_, match, status) => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'All users');
    const { graph, now } = parts.worker();
    const small: typeof graph = (request) => graph({ ...request, path: request.path.replace('$top=999', '$top=100') });
    parts.graph.faults.add({ match, times: 2, fault: { status } });
    const settings = { PROTECTED_USERS: ['ada@contoso.com'], PROTECTED_GROUP: group?.id ?? '' };
    expect(await findProtectedUsers(small, settings, now)).toBeUndefined();
    parts.graph.faults.remove();
    expect(await findProtectedUsers(small, settings, now)).toHaveProperty('reasons');
  });

  it('are not known while Graph does not answer', async () => {
    parts.graph.faults.add({ match: { path: 'directoryRoles' }, fault: { status: 503 } });
    expect(await find({})).toBeUndefined();
  });

  it('that are not known block all changes, with audit entries', async () => {
    parts.graph.tenant.changeSettings({ deniedPermissions: READ_ROLES });
    const { id } = parts.people.one();
    const deps = parts.worker();
    const [item] = await change(deps, { users: [id] });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'protectedAccountsUnknown' } });
    expect(item?.detail?.message).toContain('RoleManagement.Read.Directory');
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await historyOf(deps, id)).toMatchObject([
      { event: 'stateChangeRefused', code: 'protectedAccountsUnknown' },
    ]);
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    expect(await change(parts.worker(), { users: [id] })).toMatchObject([{ outcome: 'applied' }]);
  });
});
