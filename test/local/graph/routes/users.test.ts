import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, type ErrorBody, readAll, startCaller } from '../caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 2_500, settings: { throttling: { window: 'off' } } });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

describe('listing users', () => {
  test.each(['v1.0', 'beta'])('pages through all users with their states, in %s', async (version) => {
    const path = `/${version}/users?$top=999&$select=id,userPrincipalName,perUserMfaState`;
    const first = await caller.get(path);
    expect(first.body.value).toHaveLength(999);
    expect(first.body['@odata.nextLink']).toMatch(
      new RegExp(`^${caller.simulator.url}/${version}/users\\?.*\\$skiptoken=`),
    );
    const all = await readAll<Record<string, unknown>>(caller, path);
    const truth = await caller.control.users();
    expect(all).toEqual(truth.map(({ id, upn, state }) => ({ id, userPrincipalName: upn, perUserMfaState: state })));
  });

  test('shows the default properties without $select', async () => {
    const { body } = await caller.get('/v1.0/users?$top=1');
    expect(Object.keys(body.value[0] ?? {}).sort()).toEqual(
      [
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName',
      ].sort(),
    );
  });

  test('has no further page when the last one is exactly full', async () => {
    await caller.control.reset({ users: 20 });
    const { body } = await caller.get('/v1.0/users?$top=10');
    const second = await caller.get(body['@odata.nextLink'] as string);
    expect(second.body.value).toHaveLength(10);
    expect(second.body).not.toHaveProperty('@odata.nextLink');

    const shorter = await caller.get(body['@odata.nextLink']?.replace('$top=10', '$top=5') as string);
    expect(shorter.body['@odata.nextLink']?.match(/\$skiptoken=/g)).toHaveLength(1);
  });

  test('leaves the state out, silently, in a tenant that does not surface it', async () => {
    await caller.control.changeSettings({ listsState: false });
    const { status, body } = await caller.get('/v1.0/users?$select=id,perUserMfaState&$top=2');
    expect(status).toBe(200);
    expect(body.value.map((user) => Object.keys(user))).toEqual([['id'], ['id']]);
    expect((await caller.get("/v1.0/users?$filter=perUserMfaState eq 'enabled'")).status).toBe(400);
  });

  test('filters by state, page by page', async () => {
    const enabled = await readAll(caller, "/v1.0/users?$filter=perUserMfaState eq 'enabled'&$top=50&$select=id");
    const truth = (await caller.control.users()).filter((user) => user.state === 'enabled');
    expect(enabled).toEqual(truth.map(({ id }) => ({ id })));
  });

  test('finds up to fifteen users by name at once, guests among them', async () => {
    const users = await caller.control.users();
    const ofType = (userType: string) => users.filter((user) => user.userType === userType);
    const wanted = [...ofType('Guest').slice(0, 5), ...ofType('Member').slice(0, 10)];
    const list = wanted.map((user) => `'${user.upn}'`).join(',');
    const filter = encodeURIComponent(`userPrincipalName in (${list},'nobody@contoso.com')`);
    const tooMany = await caller.get<ErrorBody>(`/v1.0/users?$select=id&$filter=${filter}`);
    expect([tooMany.status, tooMany.body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);

    const allowed = encodeURIComponent(`userPrincipalName in (${list})`);
    const { body } = await caller.get<{ value: { id: string }[] }>(`/v1.0/users?$select=id&$filter=${allowed}`);
    expect(body.value.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  });

  test('finds one user by name in any case, and none by an unknown name', async () => {
    const user = (await caller.control.users())[7];
    const found = await caller.get(`/v1.0/users?$filter=userPrincipalName eq '${user?.upn.toUpperCase()}'`);
    expect(found.body.value.map(({ id }) => id)).toEqual([user?.id]);
    const none = await caller.get("/v1.0/users?$filter=userPrincipalName eq 'o''neil@contoso.com'");
    expect(none.body.value).toEqual([]);
  });

  test('finds the account of the directory synchronization by its display name', async () => {
    const filter = "displayName eq 'On-Premises Directory Synchronization Service Account'";
    const { body } = await caller.get(`/v1.0/users?$filter=${filter}&$select=userPrincipalName`);
    expect(body.value).toHaveLength(1);
    expect(body.value[0]?.userPrincipalName).toMatch(/^Sync_/);
  });

  test('counts only with eventual consistency', async () => {
    const path = "/v1.0/users?$count=true&$top=1&$filter=userType eq 'Guest'";
    expect((await caller.get(path)).body).not.toHaveProperty('@odata.count');
    const guests = (await caller.control.users()).filter((user) => user.userType === 'Guest').length;
    expect((await caller.get(path, { ConsistencyLevel: 'eventual' })).body['@odata.count']).toBe(guests);
  });

  test.each([
    ['$top=1000', 400, 'Request_UnsupportedQuery'],
    ['$top=0', 400, 'Request_UnsupportedQuery'],
    ['$skip=10', 400, 'Request_UnsupportedQuery'],
    ['$expand=manager', 400, 'Request_UnsupportedQuery'],
    ['$orderby=perUserMfaState', 400, 'Request_UnsupportedQuery'],
    ['$select=id,shoeSize', 400, 'BadRequest'],
    ['$select=id,mailboxSettings', 501, 'NotImplemented'],
    ["$filter=perUserMfaState ne 'enabled'", 400, 'Request_UnsupportedQuery'],
    ["$filter=jobTitle eq 'Chef'", 400, 'Request_UnsupportedQuery'],
    ["$filter=displayName eq 'a", 400, 'Request_UnsupportedQuery'],
    ['$filter=displayName eq', 400, 'Request_UnsupportedQuery'],
    ['$skiptoken=garbage', 400, 'Directory_ExpiredPageToken'],
    ['$filter=%E0%A4%A', 400, 'BadRequest'],
  ])('refuses %s', async (query, status, code) => {
    const reply = await caller.get<ErrorBody>(`/v1.0/users?${query}`);
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
  });
});

describe('reading one user', () => {
  test('shows what is selected', async () => {
    const user = (await caller.control.users()).find((candidate) => candidate.userType === 'Guest');
    const { body } = await caller.get<Record<string, unknown>>(
      `/v1.0/users/${user?.id}?$select=id,userType,mail,otherMails,preferredLanguage,accountEnabled,perUserMfaState`,
    );
    expect(body).toMatchObject({ id: user?.id, userType: 'Guest', perUserMfaState: user?.state });
    expect(Object.keys(body)).toEqual(expect.arrayContaining(['mail', 'otherMails', 'preferredLanguage']));
  });

  test('is 404 after the user was deleted, and lists no longer show the user', async () => {
    const user = (await caller.control.users())[3];
    await caller.control.deleteUser(user?.id as string);
    expect((await caller.get(`/v1.0/users/${user?.id}`)).status).toBe(404);
    expect(await caller.setState(user?.id as string, 'enabled')).toBe(404);
    const all = await readAll<{ id: string }>(caller, '/v1.0/users?$top=999&$select=id');
    expect(all.some(({ id }) => id === user?.id)).toBe(false);
  });
});

describe('authentication methods', () => {
  test('have the types of the documentation, and all users have a password', async () => {
    const user = (await caller.control.users()).find((candidate) => candidate.methods.includes('phone'));
    const { status, body } = await caller.get(`/v1.0/users/${user?.id}/authentication/methods`);
    expect(status).toBe(200);
    expect(body.value.map((method) => method['@odata.type'])).toEqual(
      user?.methods.map((name) => `#microsoft.graph.${name}AuthenticationMethod`),
    );
    expect(user?.methods[0]).toBe('password');
  });

  test('of the beta version are not shown in v1.0', async () => {
    const user = (await caller.control.users()).find((candidate) => candidate.methods.length === 1);
    await caller.control.register(user?.id as string, ['hardwareOath']);
    const path = `users/${user?.id}/authentication/methods`;
    expect((await caller.get(`/v1.0/${path}`)).body.value).toHaveLength(1);
    expect((await caller.get(`/beta/${path}`)).body.value).toHaveLength(2);
  });
});
