import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, type ErrorBody, startCaller } from '../caller.ts';

const CONDITIONAL_ACCESS = '/v1.0/identity/conditionalAccess/policies';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 10 });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

test('security defaults are as they are set', async () => {
  const path = '/v1.0/policies/identitySecurityDefaultsEnforcementPolicy';
  const read = async () => (await caller.get<Record<string, unknown>>(path)).body;
  expect(await read()).toMatchObject({ id: '00000000-0000-0000-0000-000000000005', isEnabled: false });
  await caller.control.changeSettings({ securityDefaults: true });
  expect((await read()).isEnabled).toBe(true);
});

test('Conditional Access policies need a licence', async () => {
  const { status, body } = await caller.get<ErrorBody>(CONDITIONAL_ACCESS);
  expect(status).toBe(403);
  expect(body.error.message).toBe('Your tenant is not licensed for this feature.');
});

test('Conditional Access policies are those of the settings, and can be filtered and selected', async () => {
  const policies = [
    { id: 'a', displayName: 'Require MFA', state: 'enabled', grantControls: { builtInControls: ['mfa'] } },
    { id: 'b', displayName: 'Trial', state: 'disabled', grantControls: null },
  ];
  await caller.control.changeSettings({ licence: 'p1', conditionalAccessPolicies: policies });
  expect((await caller.get(CONDITIONAL_ACCESS)).body.value).toEqual(policies);
  caller.clock.now += 1_000;
  const filtered = await caller.get(`${CONDITIONAL_ACCESS}?$filter=state eq 'enabled'&$select=id,state`);
  expect(filtered.body.value).toEqual([{ id: 'a', state: 'enabled' }]);
});

test('Conditional Access takes one request a second of all applications, and does not say when to come back', async () => {
  await caller.control.changeSettings({ licence: 'p1' });
  const other = { authorization: `Bearer ${await caller.control.token({ azp: 'another-app' })}` };
  expect((await caller.get(CONDITIONAL_ACCESS)).status).toBe(200);
  const second = await caller.get<ErrorBody>(CONDITIONAL_ACCESS, other);
  expect([second.status, second.body.error.code]).toEqual([429, 'TooManyRequests']);
  expect(second.headers.has('retry-after')).toBe(false);
  caller.clock.now += 1_000;
  expect((await caller.get(CONDITIONAL_ACCESS, other)).status).toBe(200);
});

test('Conditional Access knows no priorities', async () => {
  await caller.control.changeSettings({ licence: 'p1' });
  expect((await caller.get(CONDITIONAL_ACCESS, { 'x-ms-throttle-priority': 'Low' })).status).toBe(200);
});

test('the organization and its licences', async () => {
  const organization = await caller.get('/v1.0/organization');
  expect(organization.body.value[0]?.id).toBe(caller.simulator.tenantId);
  expect((await caller.get('/v1.0/subscribedSkus')).body.value).toEqual([]);
  await caller.control.changeSettings({ licence: 'p2' });
  expect((await caller.get('/v1.0/subscribedSkus')).body.value[0]?.skuPartNumber).toBe('AAD_PREMIUM_P2');
});
