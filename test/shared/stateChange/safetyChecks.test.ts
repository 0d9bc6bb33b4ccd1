import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PILOT_GROUP_ID } from '../../../local/graph/directory/fixedUsers.ts';
import { RetryLaterError } from '../../../shared/errors.ts';
import { listAudit } from '../../../shared/http/auditList.ts';
import { planPage } from '../../../shared/stateChange/plan.ts';
import { accept, change, historyOf, outcomesOf, rowCount, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';

const MFA_POLICY = { id: 'p1', state: 'enabled', grantControls: { builtInControls: ['mfa'] } };

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

/** Nothing happened to the user, and the record says that it was denied and why. */
async function expectDenied(person: Person, code: string): Promise<void> {
  expect(writesOf(parts.graph, person.id)).toEqual([]);
  expect(await historyOf(parts.worker(), person.id)).toMatchObject([{ event: 'stateChangeRefused', code }]);
}

describe('Conditional Access and security defaults', () => {
  it.each([
    ['conditionalAccess', { licence: 'p1', conditionalAccessPolicies: [MFA_POLICY] }],
    ['securityDefaults', { securityDefaults: true }],
  ] as const)('refuse the change (%s), and are overridden on the record', async (code, settings) => {
    const deps = parts.worker();
    parts.graph.tenant.changeSettings(settings);
    const person = parts.people.one();
    const [refused] = await change(deps, { users: [person.id] });
    expect(refused).toMatchObject({ outcome: 'refused', detail: { code } });
    await expectDenied(person, code);
    const [applied] = await change(deps, { users: [person.id], acknowledge: [code] });
    expect(applied).toMatchObject({ outcome: 'applied', detail: { overrides: [code] } });
    expect((await historyOf(deps, person.id))[0]).toMatchObject({ event: 'stateChanged', overrides: [code] });
  });

  it('do not stand against disabling', async () => {
    parts.graph.tenant.changeSettings({ licence: 'p1', conditionalAccessPolicies: [MFA_POLICY] });
    const { id } = parts.people.one({ state: 'enabled' });
    expect(await change(parts.worker(), { users: [id], state: 'disabled' })).toMatchObject([{ outcome: 'applied' }]);
  });

  it.each([
    ['is only reported', { ...MFA_POLICY, state: 'enabledForReportingButNotEnforced' }],
    ['is off', { ...MFA_POLICY, state: 'disabled' }],
    ['requires something else', { ...MFA_POLICY, grantControls: { builtInControls: ['block'] } }],
    ['grants nothing', { ...MFA_POLICY, grantControls: null }],
  ])('let a change pass when the only policy %s', async (_, policy) => {
    parts.graph.tenant.changeSettings({ licence: 'p1', conditionalAccessPolicies: [policy] });
    const { id } = parts.people.one();
    expect(await change(parts.worker(), { users: [id] })).toMatchObject([{ outcome: 'applied', notes: [] }]);
  });

  it('refuse it when a policy asks for an authentication strength', async () => {
    const strength = {
      id: 'p2',
      state: 'enabled',
      grantControls: { authenticationStrength: { requirementsSatisfied: 'mfa' } },
    };
    parts.graph.tenant.changeSettings({ licence: 'p1', conditionalAccessPolicies: [strength] });
    const { id } = parts.people.one();
    expect(await change(parts.worker(), { users: [id] })).toMatchObject([{ outcome: 'refused' }]);
  });

  it('are noted with each outcome when the tenant has no licence', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const [item] = await change(deps, { users: [id] });
    expect(item?.notes).toEqual([expect.stringContaining('no licence')]);
    expect((await historyOf(deps, id))[0]?.notes).toEqual(item?.notes);
  });

  it('refuse it when the service may not look', async () => {
    parts.graph.tenant.changeSettings({
      licence: 'p1',
      deniedPermissions: ['Policy.Read.All', 'Policy.Read.ConditionalAccess'],
    });
    const person = parts.people.one();
    const [item] = await change(parts.worker(), { users: [person.id] });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'conditionalAccessUnknown' } });
    await expectDenied(person, 'conditionalAccessUnknown');
  });

  it('are waited for while Graph does not answer, and nothing is decided', async () => {
    const deps = parts.worker({ retryBudgetMs: 300 });
    parts.graph.faults.add({ match: { path: 'identitySecurityDefaults' }, fault: { status: 503 } });
    const { id } = parts.people.one();
    const operation = await accept(deps, { users: [id] });
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    await expect(planPage(message, deps)).rejects.toThrow(RetryLaterError);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
    parts.graph.faults.remove();
    expect(await planPage(message, deps)).toMatchObject({ references: 1, outcomes: {}, chunks: 1 });
  });
});

describe('enforcing', () => {
  it('is done only for who has registered', async () => {
    const deps = parts.worker();
    const registered = parts.people.one({ state: 'disabled', registered: true });
    const not = parts.people.one({ state: 'disabled', registered: false });
    const items = await change(deps, { users: [registered.id, not.id], state: 'enforced' });
    expect(items).toMatchObject([{ outcome: 'applied' }, { outcome: 'refused', detail: { code: 'notRegistered' } }]);
    await expectDenied(not, 'notRegistered');
    const [applied] = await change(deps, {
      users: [not.id],
      state: 'enforced',
      acknowledge: ['legacyAuthInterruption'],
    });
    expect(applied).toMatchObject({ outcome: 'applied', detail: { overrides: ['legacyAuthInterruption'] } });
  });

  it('is not done when the service may not look', async () => {
    parts.graph.tenant.changeSettings({
      deniedPermissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
    });
    const person = parts.people.one({ state: 'disabled', registered: true });
    const [item] = await change(parts.worker(), { users: [person.id], state: 'enforced' });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'registrationUnknown' } });
    await expectDenied(person, 'registrationUnknown');
  });

  it('waits for a Graph that does not say who has', async () => {
    parts.graph.faults.add({ match: { path: '/authentication/methods' }, times: 3, fault: { status: 503 } });
    const { id } = parts.people.one({ state: 'disabled', registered: true });
    expect(await change(parts.worker(), { users: [id], state: 'enforced' })).toMatchObject([{ outcome: 'applied' }]);
  });
});

describe('weakening', () => {
  it('is refused without the role, whatever is acknowledged', async () => {
    const person = parts.people.one({ state: 'enforced' });
    const request = { users: [person.id], acknowledge: ['weaken' as const] };
    const [item] = await change(parts.worker(), request, { mayWeaken: false });
    expect(item).toMatchObject({ outcome: 'refused', detail: { code: 'weakenNotAllowed', from: 'enforced' } });
    await expectDenied(person, 'weakenNotAllowed');
  });

  it('from enforced to enabled is done when acknowledged, on the record', async () => {
    const deps = parts.worker();
    const person = parts.people.one({ state: 'enforced' });
    expect(await change(deps, { users: [person.id] })).toMatchObject([
      { outcome: 'refused', detail: { code: 'weaken' } },
    ]);
    await change(deps, { users: [person.id], acknowledge: ['weaken'] });
    expect((await historyOf(deps, person.id))[0]).toMatchObject({
      from: 'enforced',
      to: 'enabled',
      overrides: ['weaken'],
    });
  });
});

describe('protected accounts', () => {
  it('are never changed: by name, by id, in a group, or the directory synchronization', async () => {
    const { directory } = parts.graph;
    const pilot = directory.findGroup(PILOT_GROUP_ID);
    const outside = ({ index }: Person) => pilot?.users.includes(index) === false;
    const [byName, byId, free] = parts.people.take(3, { state: 'disabled', where: outside });
    if (byName === undefined || byId === undefined || free === undefined) throw new Error('no people');
    const member = directory.id(pilot?.users[1] as number);
    const sync = directory.id(directory.syncAccount as number);
    const deps = parts.worker(
      {},
      {
        PROTECTED_USERS: `${byName.name.toUpperCase()}, ${byId.id.toUpperCase()}`,
        PROTECTED_GROUP: PILOT_GROUP_ID,
      },
    );
    const items = await change(deps, { users: [byName.id, byId.name, member, sync, free.name], state: 'disabled' });
    expect(items.map(({ outcome, detail }) => [outcome, detail?.code])).toEqual([
      ['refused', 'protectedAccount'],
      ['refused', 'protectedAccount'],
      ['refused', 'protectedAccount'],
      ['refused', 'protectedAccount'],
      ['unchanged', undefined],
    ]);
    await expectDenied(byName, 'protectedAccount');
  });

  it('keep everything from being changed while it is not known which they are', async () => {
    const deps = parts.worker({ retryBudgetMs: 300 });
    parts.graph.faults.add({ match: { path: 'directoryRoles' }, fault: { status: 503 } });
    const operation = await accept(deps, { users: [parts.people.one().id] });
    await expect(planPage({ version: 1, operationId: operation.id, page: 0 }, deps)).rejects.toThrow(RetryLaterError);
  });
});

describe('a dry run', () => {
  it('says what would be, and leaves no trace but the record of the request', async () => {
    const deps = parts.worker({}, { TABLES_PREFIX: `${parts.environment.TABLES_PREFIX}dry` });
    const off = parts.people.one();
    const on = parts.people.one({ state: 'enabled' });
    const strong = parts.people.one({ state: 'enforced' });
    const before = parts.graph.ledger.entries.length;
    const items = await change(deps, { users: [off.id, on.id, strong.id, 'nobody@contoso.com'], dryRun: true });
    expect(items).toMatchObject([
      { outcome: 'wouldChange', detail: { from: 'disabled', to: 'enabled' } },
      { outcome: 'unchanged' },
      { outcome: 'refused', detail: { code: 'weaken' } },
      { outcome: 'failed', detail: { code: 'userNotFound' } },
    ]);
    expect(parts.graph.ledger.entries).toHaveLength(before);
    expect(await rowCount(deps, 'users')).toBe(0);
    const { value: entries } = await listAudit({}, deps, '');
    expect(entries).toMatchObject([{ event: 'operationAccepted', dryRun: true, users: 4 }]);
    expect(await rowCount(deps, 'audit')).toBe(1);
    expect(await rowCount(deps, 'auditByTime')).toBe(1);
  });
});
