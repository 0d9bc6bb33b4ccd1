import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, type ErrorBody, startCaller } from '../caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 600 });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

const USER = '/beta/users?$top=5&$select=id';

test('writes of an application: the quota, then 429 with everything Graph tells, then again after the wait', async () => {
  await caller.control.changeSettings({ throttling: { window: 'tumbling', writes: { limit: 5, windowSeconds: 150 } } });
  const user = (await caller.control.users())[1]?.id as string;
  for (let n = 0; n < 5; n++) expect(await caller.setState(user, 'enabled')).toBe(204);
  const path = `/beta/users/${user}/authentication/requirements`;
  const refused = await caller.call<ErrorBody>('PATCH', path, { perUserMfaState: 'enabled' });
  expect(refused.status).toBe(429);
  expect(refused.body.error).toMatchObject({
    code: 'TooManyRequests',
    message: 'Please retry again later.',
    innerError: { code: '429', status: '429', message: 'Please retry after' },
  });
  expect(refused.headers.get('x-ms-throttle-information')).toBe('WriteLimitExceeded');
  expect(refused.headers.get('x-ms-throttle-scope')).toMatch(
    new RegExp(`^Tenant_Application/Write/[^/]+/${caller.simulator.tenantId}$`),
  );
  expect(refused.headers.get('x-ms-throttle-limit-percentage')).toBe('1.00');
  // Reads have a quota of their own.
  expect((await caller.get(path)).status).toBe(200);
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  caller.clock.now += wait * 1_000;
  expect(await caller.setState(user, 'enabled')).toBe(204);
  expect((await caller.control.state()).counters.throttled).toEqual({ writes: 1 });
});

test('the documented pace of a token bucket: 3,000 at once, then 20 a second', async () => {
  const { throttle } = caller.simulator.tenant;
  const write = { service: 'identity', resourceUnits: 1, writes: 1 } as const;
  const take = (at: number): number => {
    let accepted = 0;
    while (throttle.charge(write, 'app', at).rejection === undefined) accepted++;
    return accepted;
  };
  expect(take(0)).toBe(3_000);
  for (let second = 1; second <= 10; second++) expect(take(second * 1_000)).toBe(20);
});

test('each application has its own budget within the tenant', async () => {
  await caller.control.changeSettings({ throttling: { writes: { limit: 1, windowSeconds: 60 } } });
  const user = (await caller.control.users())[1]?.id as string;
  const path = `/beta/users/${user}/authentication/requirements`;
  const one = { authorization: `Bearer ${await caller.control.token({ azp: 'app-one' })}` };
  const two = { authorization: `Bearer ${await caller.control.token({ azp: 'app-two', version: '1.0' })}` };
  const write = async (headers: Record<string, string>) =>
    (await caller.call('PATCH', path, { perUserMfaState: 'enabled' }, headers)).status;
  expect([await write(one), await write(one), await write(two)]).toEqual([204, 429, 204]);
});

test('a whole tenant has one budget for writes of all applications', async () => {
  await caller.control.changeSettings({ throttling: { writesPerTenant: { limit: 1, windowSeconds: 300 } } });
  const user = (await caller.control.users())[1]?.id as string;
  const two = { authorization: `Bearer ${await caller.control.token({ azp: 'app-two' })}` };
  expect(await caller.setState(user, 'enabled')).toBe(204);
  const path = `/beta/users/${user}/authentication/requirements`;
  const refused = await caller.call('PATCH', path, { perUserMfaState: 'enabled' }, two);
  expect([refused.status, refused.headers.get('x-ms-throttle-scope')?.split('/')[0]]).toEqual([429, 'Tenant']);
});

test('resource units: as documented by request, and by the size of the tenant', async () => {
  const units = async (path: string) => (await caller.get(path)).headers.get('x-ms-resource-unit');
  const group = (await caller.control.groups())[0]?.id;
  expect(await units('/v1.0/users?$top=50')).toBe('2');
  expect(await units('/v1.0/users?$top=50&$select=id')).toBe('1');
  expect(await units('/v1.0/users?$top=5&$select=id')).toBe('1');
  expect(await units(`/v1.0/groups/${group}/members`)).toBe('3');
  expect(await units(`/v1.0/groups/${group}/transitiveMembers?$select=id`)).toBe('4');
  expect(await units('/v1.0/subscribedSkus')).toBe('3');

  const read = { service: 'identity', resourceUnits: 5, writes: 0 } as const;
  for (const [users, limit] of [
    [49, 3_500],
    [50, 5_000],
    [500, 5_000],
    [501, 8_000],
  ] as const) {
    await caller.control.reset({ users });
    let used = 0;
    while (caller.simulator.tenant.throttle.charge(read, 'app', 0).rejection === undefined) used += 5;
    expect(used).toBe(limit);
  }
});

test('the answer shows the used share only above 0.8', async () => {
  const resourceUnits = { large: 10, windowSeconds: 60 };
  await caller.control.changeSettings({ throttling: { resourceUnits } });
  const shares: (string | null)[] = [];
  for (let n = 0; n < 10; n++) shares.push((await caller.get(USER)).headers.get('x-ms-throttle-limit-percentage'));
  expect(shares).toEqual([null, null, null, null, null, null, null, null, '0.90', '1.00']);
});

test('requests of low priority are throttled first', async () => {
  await caller.control.changeSettings({ throttling: { resourceUnits: { large: 10, windowSeconds: 60 } } });
  const statuses = async (priority: string, times: number) => {
    const all: number[] = [];
    for (let n = 0; n < times; n++) all.push((await caller.get(USER, { 'x-ms-throttle-priority': priority })).status);
    return all;
  };
  expect(await statuses('Low', 9)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429]);
  expect(await statuses('Normal', 3)).toEqual([200, 200, 429]);
});

test('reports: five in ten seconds, apart from everything else', async () => {
  await caller.control.reset({ settings: { licence: 'p1', throttling: { window: 'sliding' } } });
  const report = '/v1.0/reports/authenticationMethods/userRegistrationDetails?$top=1';
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) statuses.push((await caller.get(report)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await caller.get(USER)).status).toBe(200);
  expect((await caller.get('/v1.0/auditLogs/directoryAudits')).status).toBe(429);
  caller.clock.now += 10_000;
  expect((await caller.get(report)).status).toBe(200);
});

test('rejected requests use up the quota too, when it is set so', async () => {
  const throttling = { countRejected: true, writes: { limit: 10, windowSeconds: 10 } };
  await caller.control.changeSettings({ throttling });
  const user = (await caller.control.users())[1]?.id as string;
  for (let n = 0; n < 15; n++) await caller.setState(user, 'enabled');
  caller.clock.now += 5_000;
  expect(await caller.setState(user, 'enabled')).toBe(429);
  caller.clock.now += 2_000;
  expect(await caller.setState(user, 'enabled')).toBe(204);
});

test('off means off', async () => {
  const throttling = { window: 'off', writes: { limit: 1, windowSeconds: 60 } } as const;
  await caller.control.changeSettings({ throttling });
  const user = (await caller.control.users())[1]?.id as string;
  for (let n = 0; n < 3; n++) expect(await caller.setState(user, 'enabled')).toBe(204);
});
