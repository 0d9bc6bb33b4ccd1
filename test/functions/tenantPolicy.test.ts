import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantPolicyView } from '../../shared/http/tenantPolicyView.ts';
import type { ErrorBody, OperationBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';

const MFA_POLICY = { id: 'p1', state: 'enabled', grantControls: { builtInControls: ['mfa'] } };

let parts: Parts;

/** One host for each: what a host knows of the tenant, it knows for long. */
async function withApp(settings: Record<string, string>, work: (app: App) => Promise<void>): Promise<void> {
  const app = await startApp(parts, settings);
  try {
    await work(app);
  } finally {
    await app.child.stop();
  }
}

beforeAll(async () => {
  parts = await startParts({ users: 300, graph: { throttling: { window: 'tumbling' } } });
});
afterAll(() => parts.close());

const post = (app: App, body: object, headers = {}): Promise<Reply<OperationBody & ErrorBody>> =>
  app.call('POST', 'state-changes', { reason: 'a test', state: 'enabled', ...body }, headers);

describe('what is known of the tenant', () => {
  it('has its age, and many callers cause one request to Graph', async () => {
    await withApp({ PROTECTED_USERS: parts.people.one().id, TABLES_PREFIX: 'known' }, async (app) => {
      const replies = await Promise.all(Array.from({ length: 20 }, () => app.get<TenantPolicyView>('tenant/policy')));
      const [first] = replies;
      expect(first).toMatchObject({
        status: 200,
        body: {
          conditionalAccess: { isOn: null, whyUnknown: expect.stringContaining('no licence') },
          securityDefaults: { isOn: false },
          protectedAccounts: { count: 2 },
          lowering: { usersPerDay: 50, leftToday: 50 },
        },
      });
      expect(Date.parse(first?.body.securityDefaults.checkedDateTime as string)).toBeGreaterThan(Date.now() - 60_000);
      expect(parts.graph.counters.requests['conditionalAccessPolicies.list']).toBe(1);
      expect((await app.get('tenant/policy?refresh=true')).status).toBe(400);
    });
  });

  it('says why it is not known', async () => {
    parts.graph.tenant.changeSettings({
      licence: 'p1',
      deniedPermissions: ['Policy.Read.All', 'Policy.Read.ConditionalAccess'],
    });
    await withApp({ TABLES_PREFIX: 'denied' }, async (app) => {
      expect((await app.get('tenant/policy')).body).toMatchObject({
        conditionalAccess: { isOn: null, whyUnknown: expect.stringContaining('Policy.Read.All') },
        securityDefaults: { isOn: null, whyUnknown: expect.stringContaining('Policy.Read.All') },
      });
    });
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
  });
});

describe('a request that the tenant’s policies stand against', () => {
  it('is refused at once where they are known, and accepted with its override', async () => {
    parts.graph.tenant.changeSettings({
      licence: 'p1',
      conditionalAccessPolicies: [MFA_POLICY],
      securityDefaults: true,
    });
    const people = parts.people.take(4, { state: 'disabled' });
    const users = people.map(({ id }) => id);
    await withApp({ TABLES_PREFIX: 'refused' }, async (app) => {
      const early = await post(app, { users: [users[0]] });
      expect(early.status).toBe(202);
      await app.over(early.body);
      expect(await app.items(early.body)).toMatchObject([
        { outcome: 'refused', detail: { code: 'conditionalAccess' } },
      ]);
      expect((await app.get('tenant/policy')).body).toMatchObject({ conditionalAccess: { isOn: true } });

      const refused = await post(app, { users });
      expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conditionalAccess' } } });
      expect(refused.headers.get('x-ms-error-code')).toBe('conditionalAccess');
      expect(refused.body.error.message).toContain('"acknowledge": ["conditionalAccess"]');
      const half = await post(app, { users, acknowledge: ['conditionalAccess'] });
      expect(half).toMatchObject({ status: 409, body: { error: { code: 'securityDefaults' } } });

      const id = { 'Operation-Id': randomUUID() };
      const acknowledge = ['conditionalAccess', 'securityDefaults'];
      const accepted = await post(app, { users, acknowledge }, id);
      expect(accepted.status).toBe(202);
      expect(await app.over(accepted.body)).toMatchObject({ status: 'Succeeded', counts: { applied: 4 } });
      const [item] = await app.items(accepted.body);
      expect([...(item?.detail?.overrides ?? [])].sort()).toEqual(acknowledge);
      const list = (await app.get<{ value: OperationBody[] }>('operations')).body.value;
      expect(list.map((operation) => operation.id)).toEqual([accepted.body.id, early.body.id]);

      expect((await app.call('POST', `operations/${early.body.id}/retry`, {})).status).toBe(409);
      expect((await app.call('POST', `operations/${early.body.id}/retry`, { acknowledge })).status).toBe(202);
      expect((await post(app, { users, acknowledge }, id)).status).toBe(202);
    });
    parts.graph.tenant.changeSettings({ licence: 'none', conditionalAccessPolicies: [], securityDefaults: false });
  });
});

describe('a request that lowers more users than the day has left', () => {
  it('lowers none of them, and costs nothing for users who are disabled already', async () => {
    const people = parts.people.take(6, { state: 'enabled' });
    const users = people.map(({ id }) => id);
    await withApp({ TABLES_PREFIX: 'limit', MAX_LOWERED_PER_DAY: '4' }, async (app) => {
      const disable = async (some: readonly unknown[], more: object = {}): Promise<OperationBody> => {
        const accepted = await post(app, { state: 'disabled', users: some, ...more });
        expect(accepted.status).toBe(202);
        return app.over(accepted.body);
      };
      const left = async (): Promise<unknown> => (await app.get('tenant/policy')).body;
      expect(await disable(users)).toMatchObject({
        counts: { refused: 6 },
        assessment: { lowered: 6, leftToday: 4, needs: ['dailyLimit'] },
      });
      expect(await disable(users, { dryRun: true })).toMatchObject({
        counts: { wouldChange: 6 },
        notes: [expect.stringContaining('6 users'), expect.stringContaining('dailyLimit'), expect.any(String)],
      });
      const some = [...users.slice(0, 3), users[0]?.toUpperCase()];
      expect(await disable(some)).toMatchObject({ counts: { applied: 3, duplicate: 1 } });
      expect(await left()).toMatchObject({ lowering: { usersPerDay: 4, leftToday: 1 } });
      expect(await disable(users.slice(0, 4))).toMatchObject({ counts: { unchanged: 3, applied: 1 } });
      expect(await left()).toMatchObject({ lowering: { leftToday: 0 } });
      expect(await disable(users.slice(4))).toMatchObject({ counts: { refused: 2 } });
    });
  });
});
