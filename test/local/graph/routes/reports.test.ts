import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, type ErrorBody, readAll, startCaller } from '../caller.ts';

const REPORT = '/v1.0/reports/authenticationMethods/userRegistrationDetails';
const AUDITS = '/v1.0/auditLogs/directoryAudits';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 400, settings: { licence: 'p1', throttling: { window: 'off' } } });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

interface Details {
  readonly id: string;
  readonly isMfaRegistered: boolean;
  readonly isMfaCapable: boolean;
  readonly methodsRegistered: string[];
}

describe('the registration report', () => {
  test('tells who is registered, without the disabled accounts', async () => {
    const report = await readAll<Details>(caller, `${REPORT}?$top=150&$select=id,isMfaRegistered,methodsRegistered`);
    const truth = (await caller.control.users()).filter((user) => user.accountEnabled);
    expect(report.map(({ id, isMfaRegistered }) => ({ id, isMfaRegistered }))).toEqual(
      truth.map(({ id, registered }) => ({ id, isMfaRegistered: registered })),
    );
    expect(report.flatMap((details) => details.methodsRegistered)).toContain('microsoftAuthenticatorPush');
  });

  test('can be filtered by registration', async () => {
    const found = await readAll<Details>(caller, `${REPORT}?$filter=isMfaRegistered eq false`);
    const truth = (await caller.control.users()).filter((user) => user.accountEnabled && !user.registered);
    expect(found.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
  });

  test('tells registered from capable when the policy does not allow a method', async () => {
    await caller.control.changeSettings({ disallowedMethods: ['phone'] });
    const users = await caller.control.users();
    const phoneOnly = users.find((user) => user.methods.join() === 'password,phone' && user.accountEnabled);
    const found = await caller.get<{ value: Details[] }>(
      `${REPORT}?$filter=userPrincipalName eq '${phoneOnly?.upn.replaceAll('#', '%23')}'`,
    );
    expect(found.body.value[0]).toMatchObject({ isMfaRegistered: true, isMfaCapable: false });
  });

  test('lags behind', async () => {
    await caller.control.changeSettings({ reportLagMs: 3_600_000 });
    const user = (await caller.control.users()).find((candidate) => !candidate.registered && candidate.accountEnabled);
    await caller.control.register(user?.id as string);
    const registered = async () => {
      const all = await readAll<Details>(caller, REPORT);
      return all.find(({ id }) => id === user?.id)?.isMfaRegistered;
    };
    caller.clock.now += 3_599_000;
    expect(await registered()).toBe(false);
    caller.clock.now += 1_000;
    expect(await registered()).toBe(true);
  });

  test('needs a licence', async () => {
    await caller.control.changeSettings({ licence: 'none' });
    const { status, body } = await caller.get<ErrorBody>(REPORT);
    expect([status, body.error.code]).toEqual([403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant']);
  });

  test('needs its permission', async () => {
    await caller.control.changeSettings({ deniedPermissions: ['AuditLog.Read.All'] });
    expect((await caller.get<ErrorBody>(REPORT)).body.error.code).toBe('Authentication_MSGraphPermissionMissing');
  });
});

describe("Entra's own audit", () => {
  test('has changes of states and registrations, newest first, and can be read from a time on', async () => {
    const users = await caller.control.users();
    const user = users.find((candidate) => candidate.state === 'disabled' && !candidate.registered);
    await caller.setState(user?.id as string, 'enabled');
    caller.clock.now += 60_000;
    const watermark = new Date(caller.clock.now).toISOString();
    await caller.control.setState(user?.id as string, 'disabled');
    await caller.control.register(user?.id as string, ['fido2']);

    const all = await readAll<Record<string, unknown>>(caller, AUDITS);
    expect(all.map((audit) => audit.activityDisplayName)).toEqual([
      'User registered security info',
      'Disable Strong Authentication',
      'Enable Strong Authentication',
    ]);
    const registrations = await caller.get(
      `${AUDITS}?$filter=activityDateTime ge ${watermark} and loggedByService eq 'Authentication Methods' and ` +
        "activityDisplayName eq 'User registered security info'",
    );
    expect(registrations.body.value).toMatchObject([{ targetResources: [{ id: user?.id }] }]);
    const later = await caller.get(`${AUDITS}?$filter=activityDateTime ge ${watermark}`);
    expect(later.body.value).toHaveLength(2);
  });
});
