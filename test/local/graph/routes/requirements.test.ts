import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, changeItem, type ErrorBody, startCaller } from '../caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller();
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

const requirements = (user: string): string => `/beta/users/${user}/authentication/requirements`;

async function aUser(wanted: { state?: string; registered?: boolean; promotable?: boolean; userType?: string }) {
  const users = await caller.control.users();
  const user = users.find((candidate) =>
    Object.entries(wanted).every(([name, value]) => candidate[name as keyof typeof candidate] === value),
  );
  if (user === undefined) throw new Error(`There is no user like ${JSON.stringify(wanted)}.`);
  return user;
}

async function trueState(id: string) {
  return (await caller.control.users()).find((user) => user.id === id)?.state;
}

describe('reading a state', () => {
  test('answers by object id and by user principal name alike', async () => {
    const user = await aUser({ state: 'enforced', userType: 'Member' });
    for (const key of [user.id, user.upn, user.upn.toUpperCase()]) {
      const { status, body, headers } = await caller.get<Record<string, unknown>>(requirements(key));
      expect(status).toBe(200);
      expect(body.perUserMfaState).toBe('enforced');
      expect(body['@odata.context']).toContain(`/beta/$metadata#users('${user.id}')`);
      expect(headers.get('x-ms-resource-unit')).toBe('1');
    }
  });

  test('is not there in v1.0', async () => {
    const { id } = await aUser({});
    const { status, body } = await caller.get<ErrorBody>(`/v1.0/users/${id}/authentication/requirements`);
    expect([status, body.error.code]).toEqual([400, 'BadRequest']);
    const patch = await caller.call<ErrorBody>('PATCH', `/v1.0/users/${id}/authentication/requirements`, {
      perUserMfaState: 'enabled',
    });
    expect(patch.status).toBe(405);
    expect(patch.body.error.message).toContain('Specified HTTP method is not allowed');
  });

  test('is 404 for a user that does not exist', async () => {
    const { status, body } = await caller.get<ErrorBody>(requirements('00000000-0000-4000-8000-000000000000'));
    expect([status, body.error.code]).toEqual([404, 'Request_ResourceNotFound']);
  });
});

describe('changing a state', () => {
  test('answers 204 without a body and takes effect', async () => {
    const user = await aUser({ state: 'disabled', registered: false });
    const { status, body } = await caller.call('PATCH', requirements(user.id), { perUserMfaState: 'enabled' });
    expect([status, body]).toEqual([204, '']);
    expect(await trueState(user.id)).toBe('enabled');
  });

  test.each([
    ['an unknown state', { perUserMfaState: 'on' }],
    ['a state in the wrong case', { perUserMfaState: 'Enabled' }],
    ['the placeholder for future states', { perUserMfaState: 'unknownFutureValue' }],
    ['a number', { perUserMfaState: 1 }],
    ['no state', {}],
    ['an unknown property', { perUserMfaState: 'enabled', color: 'red' }],
    ['a list', ['enabled']],
    ['broken JSON', '{"perUserMfaState":'],
  ])('refuses %s with 400 and changes nothing', async (_, body) => {
    const user = await aUser({ state: 'disabled' });
    const reply = await caller.call<ErrorBody>('PATCH', requirements(user.id), body);
    expect(reply.status).toBe(400);
    expect(reply.body.error.code).toMatch(/BadRequest/);
    expect(await caller.control.ledger()).toEqual([]);
  });

  test('refuses a body that is not declared as JSON', async () => {
    const user = await aUser({ state: 'disabled' });
    const body = JSON.stringify({ perUserMfaState: 'enabled' });
    const reply = await caller.call('PATCH', requirements(user.id), body, { 'content-type': 'text/plain' });
    expect(reply.status).toBe(400);
    expect(await trueState(user.id)).toBe('disabled');
  });

  test('is 403 without the permission, and reading still works with another one', async () => {
    await caller.control.changeSettings({ deniedPermissions: ['Policy.ReadWrite.AuthenticationMethod'] });
    const user = await aUser({ state: 'disabled' });
    const reply = await caller.call<ErrorBody>('PATCH', requirements(user.id), { perUserMfaState: 'enabled' });
    expect([reply.status, reply.body.error.code]).toEqual([403, 'Authentication_MSGraphPermissionMissing']);
    expect((await caller.get(requirements(user.id))).status).toBe(200);
  });

  test("misses a guest whose name's # is not encoded, and finds them when it is", async () => {
    const guest = await aUser({ userType: 'Guest', state: 'disabled', registered: false });
    expect(guest.upn).toMatch(/_fabrikam\.com#EXT#@contoso\.onmicrosoft\.com$/);
    const cut = await caller.batch([changeItem('1', guest.upn, 'enabled')]);
    expect(cut.status).toBe(200);
    expect(cut.body.responses[0]?.status).not.toBe(204);
    expect(await trueState(guest.id)).toBe('disabled');

    expect(await caller.setState(encodeURIComponent(guest.upn), 'enabled')).toBe(204);
    expect(await trueState(guest.id)).toBe('enabled');
  });
});

describe('what Entra does by itself', () => {
  test('an enabled user who registers becomes enforced, on the record', async () => {
    const user = await aUser({ state: 'disabled', registered: false, promotable: true });
    await caller.setState(user.id, 'enabled');
    expect(await trueState(user.id)).toBe('enabled');
    expect((await caller.control.register(user.id, ['phone'])).state).toBe('enforced');
    const ledger = await caller.control.ledger();
    expect(ledger.map(({ from, to, appliedBy }) => [from, to, appliedBy])).toEqual([
      ['disabled', 'enabled', 'client'],
      ['enabled', 'enforced', 'entra'],
    ]);
  });

  test('a registered user who is enabled becomes enforced', async () => {
    const user = await aUser({ state: 'disabled', registered: true, promotable: true });
    await caller.setState(user.id, 'enabled');
    expect(await trueState(user.id)).toBe('enforced');
  });

  test('some users stay enabled although they registered', async () => {
    const user = await aUser({ state: 'disabled', registered: true, promotable: false });
    await caller.setState(user.id, 'enabled');
    expect(await trueState(user.id)).toBe('enabled');
  });

  test.each(['email', 'temporaryAccessPass', 'qrCodePin'] as const)('%s is no registration', async (method) => {
    const user = await aUser({ state: 'enabled', registered: false, promotable: true });
    const after = await caller.control.register(user.id, [method]);
    expect([after.registered, after.state]).toEqual([false, 'enabled']);
  });

  test('with a delay, the promotion comes when it is due and not before', async () => {
    await caller.control.changeSettings({ promotionDelayMs: 60_000 });
    const user = await aUser({ state: 'disabled', registered: true, promotable: true });
    await caller.setState(user.id, 'enabled');
    const writtenAt = caller.clock.now;
    caller.clock.now += 59_999;
    expect(await trueState(user.id)).toBe('enabled');
    caller.clock.now += 500;
    expect(await trueState(user.id)).toBe('enforced');
    expect((await caller.control.ledger()).at(-1)).toMatchObject({ appliedBy: 'entra', at: writtenAt + 60_000 });
  });

  test('a promotion does not come when the state was changed again meanwhile', async () => {
    await caller.control.changeSettings({ promotionDelayMs: 60_000 });
    const user = await aUser({ state: 'disabled', registered: true, promotable: true });
    await caller.setState(user.id, 'enabled');
    await caller.setState(user.id, 'disabled');
    caller.clock.now += 120_000;
    expect(await trueState(user.id)).toBe('disabled');
  });

  test('never, when the tenant is set so', async () => {
    await caller.control.changeSettings({ promotionDelayMs: null });
    const user = await aUser({ state: 'disabled', registered: true, promotable: true });
    await caller.setState(user.id, 'enabled');
    caller.clock.now += 1e9;
    expect(await trueState(user.id)).toBe('enabled');
  });
});

describe('with lagging reads', () => {
  test('single reads, lists and batches show the state of a while ago, and the write tells the truth', async () => {
    await caller.control.changeSettings({ readLagMs: 5_000 });
    const user = await aUser({ state: 'disabled', registered: false });
    await caller.setState(user.id, 'enabled');
    caller.clock.now += 3_000;
    await caller.setState(user.id, 'enforced');

    const seen = async () => {
      const single = await caller.get<Record<string, unknown>>(requirements(user.id));
      const selected = await caller.get<Record<string, unknown>>(`/v1.0/users/${user.id}?$select=perUserMfaState`);
      const list = await caller.get(`/v1.0/users?$filter=id eq '${user.id}'&$select=perUserMfaState`);
      const item = { id: '1', method: 'GET', url: `/users/${user.id}/authentication/requirements` };
      const batch = await caller.batch([item]);
      return [
        single.body.perUserMfaState,
        selected.body.perUserMfaState,
        list.body.value[0]?.perUserMfaState,
        batch.body.responses[0]?.body?.perUserMfaState,
      ];
    };
    expect(new Set(await seen())).toEqual(new Set(['disabled']));
    caller.clock.now += 2_000;
    expect(new Set(await seen())).toEqual(new Set(['enabled']));
    caller.clock.now += 3_000;
    expect(new Set(await seen())).toEqual(new Set(['enforced']));
    expect((await caller.control.ledger()).map(({ from, to }) => [from, to])).toEqual([
      ['disabled', 'enabled'],
      ['enabled', 'enforced'],
    ]);
  });
});

describe('the ledger', () => {
  test('keeps every write in order, those that change nothing too, with what identifies the request', async () => {
    const user = await aUser({ state: 'disabled', registered: false });
    const first = await caller.call(
      'PATCH',
      requirements(user.id),
      { perUserMfaState: 'enabled' },
      { 'client-request-id': 'mine-1' },
    );
    await caller.setState(user.id, 'enabled');
    await caller.control.setState(user.id, 'disabled');
    const ledger = await caller.control.ledger();
    expect(ledger.map(({ number, from, to, appliedBy }) => [number, from, to, appliedBy])).toEqual([
      [1, 'disabled', 'enabled', 'client'],
      [2, 'enabled', 'enabled', 'client'],
      [3, 'enabled', 'disabled', 'control'],
    ]);
    expect(ledger[0]).toMatchObject({
      userId: user.id,
      requestId: first.headers.get('request-id'),
      clientRequestId: 'mine-1',
      acknowledged: true,
      at: caller.clock.now,
    });
    expect((await caller.control.ledger(2)).map((entry) => entry.number)).toEqual([3]);
  });
});
