import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphSimulator, startGraphSimulator } from '../../../local/graph/simulator.ts';
import { readSettings } from '../../../shared/config.ts';
import { graphOf } from '../../../shared/graph/graph.ts';
import { type OpenTable, tablesOf } from '../../../shared/tables/tables.ts';
import { type FactValue, readPolicy, type TenantPolicy } from '../../../shared/tenant/policy.ts';
import { judgePolicy } from '../../../shared/tenant/safetyChecks.ts';
import { type SharedPolicy, sharedPolicy } from '../../../shared/tenant/sharedPolicy.ts';
import { startCheckedProxy } from '../../support/checkedProxy.ts';
import { leastSettings } from '../../support/leastSettings.ts';
import { tablesConnection, tablesPort } from '../../support/sharedAzurite.ts';

const FRESH_MS = 300_000;

function settings() {
  return readSettings({
    ...leastSettings,
    GRAPH_BASE_URL: graph.url,
    TablesConnection__tableServiceUri: undefined,
    TablesConnection: tablesConnection(),
    TABLES_PREFIX: `t${randomBytes(8).toString('hex')}`,
  });
}

let graph: GraphSimulator;
beforeAll(async () => {
  graph = await startGraphSimulator({ users: 1 });
});
afterAll(() => graph.close());

describe('the tenant’s policies', () => {
  let open: OpenTable;
  /** When Graph was asked, by the test's clock. */
  let asked: number[];
  let answer: FactValue;
  let clock: number;

  beforeEach(() => {
    open = tablesOf(settings());
    asked = [];
    answer = 'no';
    clock = Date.parse('2026-03-02T08:00:00Z');
  });

  /** An instance of the app. Time passes only during waits. */
  function instance(freshForMs = FRESH_MS): SharedPolicy {
    return sharedPolicy({
      open,
      freshForMs,
      now: () => clock,
      pause: async (ms) => {
        clock += ms;
      },
      read: async (): Promise<TenantPolicy> => {
        asked.push(clock);
        return { conditionalAccess: { value: answer, at: clock }, securityDefaults: { value: 'no', at: clock } };
      },
    });
  }

  it('are asked for once, however many instances and callers wait for them', async () => {
    const instances = [instance(), instance(), instance()];
    const found = await Promise.all(Array.from({ length: 30 }, (_, n) => (instances[n % 3] as SharedPolicy).current()));
    expect(asked).toHaveLength(1);
    expect(new Set(found.map(({ conditionalAccess }) => conditionalAccess.value))).toEqual(new Set(['no']));
  });

  it('are read again when they are no longer fresh', async () => {
    const one = instance();
    await one.current();
    clock += FRESH_MS - 1;
    await one.current();
    expect(asked).toHaveLength(1);
    clock += 1;
    answer = 'yes';
    expect((await one.current()).conditionalAccess.value).toBe('yes');
    expect(asked).toHaveLength(2);
  });

  it('are asked for at most once a second by all instances together, whatever goes wrong', async () => {
    answer = 'unavailable';
    const instances = [instance(1), instance(1), instance(1)];
    for (let round = 0; round < 5; round++) {
      await Promise.all(instances.map((each) => each.current()));
      clock += 1;
    }
    expect(asked.length).toBeGreaterThan(3);
    for (const [n, at] of asked.entries()) if (n > 0) expect(at - (asked[n - 1] as number)).toBeGreaterThan(1_000);
  });

  it('that could not be found out are asked for again after five seconds', async () => {
    answer = 'unavailable';
    const one = instance();
    await one.current();
    clock += 4_999;
    await one.current();
    expect(asked).toHaveLength(1);
    clock += 1;
    await one.current();
    expect(asked).toHaveLength(2);
  });

  it('are read and not stored by an instance that may not write, as they decide about changes', async () => {
    const refusing = await startCheckedProxy(
      tablesPort(),
      ({ method, path }) => (method !== 'GET' && path.includes('quota') ? path : undefined),
      { 'odata.error': { code: 'AuthorizationPermissionMismatch', message: { lang: 'en-US', value: 'No.' } } },
    );
    const connection = tablesConnection().replaceAll(`:${tablesPort()}/`, `:${refusing.port}/`);
    const shared = open;
    open = tablesOf({ ...settings(), TablesConnection: connection });
    const reader = instance();
    expect((await reader.current()).conditionalAccess.value).toBe('no');
    expect((await reader.current()).conditionalAccess.value).toBe('no');
    expect(asked).toHaveLength(1);
    clock += FRESH_MS;
    await reader.current();
    expect(asked).toHaveLength(2);
    expect(refusing.refusals.length).toBeGreaterThan(0);
    open = shared;
    expect(await instance().known()).toBeUndefined();
    await refusing.close();
  });

  it('are known to every instance after one has read them, without further requests', async () => {
    const [one, two] = [instance(), instance()];
    expect(await two.known()).toBeUndefined();
    answer = 'yes';
    await one.current();
    clock += 1_000;
    expect((await two.known())?.conditionalAccess.value).toBe('yes');
    clock += FRESH_MS;
    expect(await two.known()).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});

it('a list of policies in pages is read a page at a time, with a pause between', async () => {
  const policies = Array.from({ length: 250 }, (_, n) => ({ id: `p${n}`, state: 'disabled' }));
  const last = { id: 'last', state: 'enabled', grantControls: { builtInControls: ['mfa'] } };
  graph.tenant.changeSettings({
    licence: 'p1',
    conditionalAccessPolicies: [...policies, last],
    throttling: { window: 'off' },
  });
  let pauses = 0;
  const policy = await readPolicy(graphOf(settings(), Date.now), Date.now, async () => {
    pauses++;
  });
  expect(policy.conditionalAccess.value).toBe('yes');
  expect(pauses).toBe(2);
});

describe('a policy that Graph does not show', () => {
  /** Two instances whose clock stands still, so that a fact is fresh as long as it may be. */
  function instances() {
    const common = settings();
    const open = tablesOf(common);
    let clock = Date.parse('2026-03-02T08:00:00Z');
    const now = (): number => clock;
    const pause = async (ms: number): Promise<void> => {
      clock += ms;
    };
    const send = graphOf(common, now);
    const one = () => sharedPolicy({ open, read: () => readPolicy(send, now), freshForMs: FRESH_MS, now, pause });
    return { one: one(), two: one(), pause };
  }
  const POLICIES: readonly (readonly [keyof TenantPolicy, string])[] = [
    ['conditionalAccess', 'conditionalAccess'],
    ['securityDefaults', 'identitySecurityDefaults'],
  ];

  beforeEach(() => {
    graph.tenant.changeSettings({
      licence: 'p1',
      conditionalAccessPolicies: [],
      deniedPermissions: [],
      throttling: { window: 'off' },
    });
  });
  afterEach(() => graph.faults.remove());

  it.each(POLICIES)('because of one 401 is asked for again at once: %s', async (name, path) => {
    graph.faults.add({ match: { path }, times: 1, fault: { status: 401 } });
    expect((await instances().one.current())[name].value).toBe('no');
    expect(graph.faults.list()).toMatchObject([{ fired: 1 }]);
  });

  it.each(POLICIES.flatMap(([name, path]) => [401, 400, 404, 410, 500].map((status) => [status, name, path] as const)))(
    'because of %i is not kept for all instances: %s',
    async (status, name, path) => {
      graph.faults.add({ match: { path }, fault: { status } });
      const { one, two, pause } = instances();
      const found = (await one.current())[name];
      expect(found.value).toBe([401, 500].includes(status) ? 'unavailable' : 'forbidden');
      expect(found.why ?? '').not.toContain('permission');
      graph.faults.remove();
      await pause(5_000);
      expect((await two.current())[name].value).toBe('no');
    },
  );

  it('because the permission is missing is kept, with the permission and the words of Graph', async () => {
    graph.tenant.changeSettings({ deniedPermissions: ['Policy.Read.All', 'Policy.Read.ConditionalAccess'] });
    const { one, two, pause } = instances();
    const { why } = (await one.current()).conditionalAccess;
    expect(why).toMatch(/permission Policy\.Read\.All.*403 Authorization_RequestDenied/);
    graph.tenant.changeSettings({ deniedPermissions: [] });
    await pause(FRESH_MS - 10_000);
    expect((await two.current()).conditionalAccess.value).toBe('forbidden');
    const verdict = judgePolicy('enabled', [], await two.current());
    expect(verdict).toMatchObject({ kind: 'refused', message: expect.stringContaining(why ?? 'nothing') });
  });

  it('because a link has expired is not known for the moment', async () => {
    const policies = Array.from({ length: 150 }, (_, n) => ({ id: `p${n}`, state: 'disabled' }));
    graph.tenant.changeSettings({ conditionalAccessPolicies: policies });
    graph.faults.add({ match: { path: 'skiptoken' }, fault: { status: 400, code: 'Directory_ExpiredPageToken' } });
    expect((await instances().one.current()).conditionalAccess.value).toBe('unavailable');
  });
});
