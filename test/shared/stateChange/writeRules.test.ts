import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { RetryLaterError } from '../../../shared/errors.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { ChangeMessage } from '../../../shared/queues/messages.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import type { StateChangeRequest } from '../../../shared/stateChange/request.ts';
import { DIRECTORY_SYNCHRONIZATION } from '../../../shared/tenant/protectedUsers.ts';
import {
  applyToEnd,
  change,
  historyOf,
  itemsOf,
  outcomesOf,
  planOne,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';

const MFA_POLICY = { id: 'p1', state: 'enabled', grantControls: { builtInControls: ['mfa'] } };
const READ_ROLES = ['RoleManagement.Read.Directory', 'RoleManagement.Read.All', 'Directory.Read.All'].concat(
  ['RoleManagement.ReadWrite.Directory', 'Directory.ReadWrite.All', 'RoleEligibilitySchedule.Read.Directory'],
  ['RoleEligibilitySchedule.ReadWrite.Directory'],
);

let parts: Parts;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => {
  parts.graph.faults.remove();
  parts.graph.tenant.changeSettings({
    licence: 'none',
    conditionalAccessPolicies: [],
    securityDefaults: false,
    deniedPermissions: [],
  });
});

const groupNamed = (name: string) => {
  const group = parts.graph.directory.groups.find(({ displayName }) => displayName === name);
  if (group === undefined) throw new Error(`There is no group ${name}.`);
  return group;
};

/** Delivers the change of a user, and returns the outcome. */
async function finish(deps: Dependencies, { operation, message }: { operation: Operation; message: ChangeMessage }) {
  await applyToEnd(message, deps);
  const [item] = await itemsOf(deps, operation);
  return item;
}

/** Plans a change of a user, whose delivery breaks off between the claim and the write. */
async function claimOnly(deps: Dependencies, id: string, request: Partial<StateChangeRequest>) {
  const planned = await planOne(deps, id, request);
  const broken = parts.worker();
  replaceMethod(broken.operations, 'fenceChunk', () => async () => {
    throw new Error('The process ended.');
  });
  await expect(applyChunk(planned.message, broken)).rejects.toThrow('The process ended.');
  expect((await userRow(deps, id)).claim).not.toBeNull();
  return planned;
}

describe('an account that becomes protected while its change waits', () => {
  it.each([
    ['lowered', 'enabled', 'disabled'],
    ['strengthened', 'disabled', 'enabled'],
  ] as const)('is not %s', async (_, from, state) => {
    const { id, index } = parts.people.one({ state: from });
    const group = groupNamed('Empty');
    const deps = parts.worker({}, { PROTECTED_GROUP: group.id });
    const planned = await planOne(deps, id, { state });
    const before = group.users;
    Object.assign(group, { users: Uint32Array.from([index]) });
    const item = await finish(deps, planned);
    Object.assign(group, { users: before });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'protectedAccount', from } });
    expect(item?.detail?.message).toContain('PROTECTED_GROUP');
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await historyOf(deps, id)).toMatchObject([{ event: 'stateChangeRefused', code: 'protectedAccount' }]);
  });

  it('is not written by a delivery that continues an earlier claim, once it is certain that nothing was written', async () => {
    const { id } = parts.people.one({ state: 'enabled' });
    const planned = await claimOnly(parts.worker(), id, { state: 'disabled' });
    const deps = parts.worker({ wait: parts.clock.skip }, { PROTECTED_USERS: id });
    const started = deps.now();
    expect(await finish(deps, planned)).toMatchObject({ outcome: 'refused', detail: { code: 'protectedAccount' } });
    expect(deps.now() - started).toBeGreaterThan(deps.consistencyMs); // a write of the broken delivery would show now
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect((await userRow(deps, id)).claim).toBeNull();
  });

  it('is recorded as changed when the earlier delivery has written', async () => {
    const { id } = parts.people.one({ state: 'enabled' });
    const planned = await claimOnly(parts.worker(), id, { state: 'disabled' });
    await parts.worker().graph({
      method: 'PATCH',
      path: `/users/${id}/authentication/requirements`,
      body: { perUserMfaState: 'disabled' },
    });
    const deps = parts.worker({ wait: parts.clock.skip }, { PROTECTED_USERS: id });
    expect(await finish(deps, planned)).toMatchObject({ outcome: 'applied' });
    expect(writesOf(parts.graph, id)).toHaveLength(1);
  });

  it('is not known while Graph does not answer, and the change waits', async () => {
    const { id } = parts.people.one();
    const deps = parts.worker({ retryBudgetMs: 300 });
    const { operation, message } = await planOne(deps, id);
    parts.graph.faults.add({ match: { path: 'directoryRoles' }, fault: { status: 503 } });
    await expect(applyChunk(message, deps)).rejects.toThrow(RetryLaterError);
    expect(writesOf(parts.graph, id)).toEqual([]);
    parts.graph.faults.remove();
    expect(await finish(deps, { operation, message })).toMatchObject({ outcome: 'applied' });
  });

  it('is not known when Graph refuses to show it, and the change is refused', async () => {
    const { id } = parts.people.one();
    const deps = parts.worker();
    const planned = await planOne(deps, id);
    parts.graph.tenant.changeSettings({ deniedPermissions: READ_ROLES });
    expect(await finish(deps, planned)).toMatchObject({
      outcome: 'refused',
      detail: { code: 'protectedAccountsUnknown' },
    });
    expect(writesOf(parts.graph, id)).toEqual([]);
  });
});

describe('a policy that is switched on while a change waits', () => {
  it.each([
    ['conditionalAccess', { licence: 'p1', conditionalAccessPolicies: [MFA_POLICY] }],
    ['securityDefaults', { securityDefaults: true }],
  ] as const)('refuses it (%s), and is overridden on the record', async (code, settings) => {
    const [refused, allowed] = parts.people.take(2);
    if (refused === undefined || allowed === undefined) throw new Error('no people');
    const deps = parts.worker();
    const waiting = await planOne(deps, refused.id);
    const acknowledged = await planOne(deps, allowed.id, { acknowledge: [code] });
    parts.graph.tenant.changeSettings(settings);
    expect(await finish(deps, waiting)).toMatchObject({ outcome: 'refused', detail: { code } });
    expect(writesOf(parts.graph, refused.id)).toEqual([]);
    expect(await finish(deps, acknowledged)).toMatchObject({ outcome: 'applied', detail: { overrides: [code] } });
  });

  it('is waited for while Graph does not answer', async () => {
    const { id } = parts.people.one();
    const deps = parts.worker({ retryBudgetMs: 300 });
    const { operation, message } = await planOne(deps, id);
    parts.graph.faults.add({ match: { path: 'identitySecurityDefaults' }, fault: { status: 503 } });
    await expect(applyChunk(message, deps)).rejects.toThrow(RetryLaterError);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
    expect(writesOf(parts.graph, id)).toEqual([]);
  });
});

describe('a name in PROTECTED_USERS that no account has', () => {
  it.each([
    ['a name', 'breakglas@contoso.com'],
    ['an object id', '0aa10000-0000-4000-8000-00000000000f'],
  ])('stands against every lowering, and against nothing else: %s', async (_, wrong) => {
    const deps = parts.worker({}, { PROTECTED_USERS: wrong });
    const [lowered, raised] = [parts.people.one({ state: 'enabled' }), parts.people.one()];
    const [refused] = await change(deps, { users: [lowered.id], state: 'disabled' });
    expect(refused).toMatchObject({ outcome: 'refused', detail: { code: 'protectedUserUnknown' } });
    expect(refused?.detail?.message).toMatch(/PROTECTED_USERS names 1 account/);
    expect(refused?.detail?.message).not.toContain(wrong);
    expect(writesOf(parts.graph, lowered.id)).toEqual([]);
    expect(await change(deps, { users: [raised.id] })).toMatchObject([{ outcome: 'applied' }]);
  });

  it('stands against lowering from enforced to enabled', async () => {
    const deps = parts.worker({}, { PROTECTED_USERS: 'breakglas@contoso.com' });
    const { id } = parts.people.one({ state: 'enforced' });
    expect(await change(deps, { users: [id], state: 'enabled', acknowledge: ['weaken'] })).toMatchObject([
      { outcome: 'refused', detail: { code: 'protectedUserUnknown' } },
    ]);
  });
});

describe('an account with a directory role', () => {
  /** A user who gets a role. */
  function administrator(state: MfaState, isEligible = false): string {
    const { id, index } = parts.people.one({ state });
    parts.graph.directory.assignRole({ user: index }, { isEligible });
    return id;
  }
  const lower = { state: 'disabled' } as const;

  it('is strengthened, and not lowered', async () => {
    const [weak, strong] = [administrator('disabled'), administrator('enforced')];
    expect(await change(parts.worker(), { users: [weak] })).toMatchObject([{ outcome: 'applied' }]);
    const requests: Partial<StateChangeRequest>[] = [lower, { state: 'enabled', acknowledge: ['weaken'] }];
    for (const request of requests)
      expect(await change(parts.worker(), { users: [strong], ...request })).toMatchObject([
        { outcome: 'refused', detail: { code: 'privilegedAccount', from: 'enforced' } },
      ]);
    expect(writesOf(parts.graph, strong)).toEqual([]);
    expect(await historyOf(parts.worker(), strong)).toMatchObject([
      { event: 'stateChangeRefused', code: 'privilegedAccount' },
      { event: 'stateChangeRefused', code: 'privilegedAccount' },
    ]);
  });

  it('is not lowered when the role comes by a group', async () => {
    const member = parts.graph.directory.id(groupNamed('Helpdesk administrators').users[0] as number);
    await parts.worker().graph({
      method: 'PATCH',
      path: `/users/${member}/authentication/requirements`,
      body: { perUserMfaState: 'enabled' },
    });
    expect(await change(parts.worker(), { users: [member], ...lower })).toMatchObject([
      { outcome: 'refused', detail: { code: 'privilegedAccount' } },
    ]);
  });

  it('is not lowered when it can activate a role, where the tenant has Entra ID P2', async () => {
    const [id, other] = [administrator('enabled', true), administrator('enabled', true)];
    parts.graph.tenant.changeSettings({ licence: 'p2' });
    expect(await change(parts.worker(), { users: [id], ...lower })).toMatchObject([
      { outcome: 'refused', detail: { code: 'privilegedAccount', message: expect.stringContaining('can activate') } },
    ]);
    // Without the licence, no account can activate a role.
    parts.graph.tenant.changeSettings({ licence: 'p1' });
    expect(await change(parts.worker(), { users: [other], ...lower })).toMatchObject([{ outcome: 'applied' }]);
  });

  it('is not lowered when it gets the role while its change waits', async () => {
    const { id, index } = parts.people.one({ state: 'enabled' });
    const planned = await planOne(parts.worker(), id, lower);
    parts.graph.directory.assignRole({ user: index });
    expect(await finish(parts.worker(), planned)).toMatchObject({
      outcome: 'refused',
      detail: { code: 'privilegedAccount' },
    });
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('is not lowered by a delivery that continues an earlier claim', async () => {
    const { id, index } = parts.people.one({ state: 'enabled' });
    const planned = await claimOnly(parts.worker(), id, lower);
    parts.graph.directory.assignRole({ user: index });
    const deps = parts.worker({ wait: parts.clock.skip });
    expect(await finish(deps, planned)).toMatchObject({ outcome: 'refused', detail: { code: 'privilegedAccount' } });
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('is shown as refused by a dry run', async () => {
    const id = administrator('enabled');
    expect(await change(parts.worker(), { users: [id], ...lower, dryRun: true })).toMatchObject([
      { outcome: 'refused', detail: { code: 'privilegedAccount' } },
    ]);
  });

  it('is lowered where the setting PROTECT_PRIVILEGED is false', async () => {
    const id = administrator('enabled');
    const deps = parts.worker({}, { PROTECT_PRIVILEGED: 'false' });
    expect(await change(deps, { users: [id], ...lower })).toMatchObject([{ outcome: 'applied' }]);
  });

  it('is not known when Graph refuses to show it: no user is lowered, and others are strengthened', async () => {
    const [lowered, raised] = [parts.people.one({ state: 'enabled' }), parts.people.one()];
    const known = { reasons: new Map([['sync', DIRECTORY_SYNCHRONIZATION]]), unresolved: [] };
    const deps = parts.worker({ protectedUsers: async () => known });
    parts.graph.tenant.changeSettings({ deniedPermissions: READ_ROLES, licence: 'p2' });
    const [item] = await change(deps, { users: [lowered.id], ...lower });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'privilegedAccountsUnknown' } });
    expect(item?.detail?.message).toContain('RoleManagement.Read.Directory');
    expect(await change(deps, { users: [raised.id], acknowledge: ['conditionalAccess'] })).toMatchObject([
      { outcome: 'applied' },
    ]);
  });

  it('is not known while Graph does not answer: the lowering waits, and others are strengthened', async () => {
    const [lowered, raised] = [parts.people.one({ state: 'enabled' }), parts.people.one()];
    const deps = parts.worker({ retryBudgetMs: 300 });
    const { message } = await planOne(deps, lowered.id, lower);
    parts.graph.faults.add({ match: { path: 'roleAssignments' }, fault: { status: 503 } });
    await expect(applyChunk(message, deps)).rejects.toThrow(RetryLaterError);
    expect(writesOf(parts.graph, lowered.id)).toEqual([]);
    expect(await change(deps, { users: [raised.id] })).toMatchObject([{ outcome: 'applied' }]);
  });
});
