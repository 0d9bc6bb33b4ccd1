import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import functions from '../../infra/functions.json' with { type: 'json' };
import { routes } from '../../shared/contract/routes.ts';
import { type App, startApp } from '../support/app.ts';
import { type CheckedProxy, type ProxiedRequest, startCheckedProxy } from '../support/checkedProxy.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { tablesPort } from '../support/sharedAzurite.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { type AppName, appSettings, apps, bicepTexts, deploymentOf } from './installation.ts';
import { tableRefusal, tableRights } from './tableRights.ts';

/*
 * The two apps as they are deployed: each with the functions that its settings leave on, in a process of its own, and with
 * the rights of its identity. Proxies refuse what these rights do not allow.
 */
const deployment = deploymentOf('default');
const listSchema = z.array(z.object({ name: z.string(), isDisabled: z.boolean() }));
/** The answer of Azure to a request without the right. */
const REFUSAL = {
  'odata.error': { code: 'AuthorizationPermissionMismatch', message: { lang: 'en-US', value: 'No.' } },
};

let parts: Parts;
const started = new Map<AppName, App>();
const proxies: CheckedProxy[] = [];
let tables: Readonly<Record<AppName, CheckedProxy>>;
let graph: CheckedProxy;

beforeAll(async () => {
  parts = await startParts({ users: 400 });
  const prefix = String(parts.environment.TABLES_PREFIX);
  const tablesOf = async (app: AppName) => {
    const rights = tableRights(deployment, app);
    return startCheckedProxy(tablesPort(), (request) => tableRefusal(rights, prefix, request), REFUSAL);
  };
  tables = { front: await tablesOf('front'), workers: await tablesOf('workers') };
  graph = await startCheckedProxy(Number(new URL(parts.graph.url).port), graphRefusal, {
    error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' },
  });
  proxies.push(tables.front, tables.workers, graph);
  await Promise.all(
    apps.map(async (app) => {
      const off = Object.entries(appSettings(deployment, app)).filter(([name]) => /_Disabled$/.test(name));
      const settings = {
        ...Object.fromEntries(off.map(([name, value]) => [name, String(value)])),
        TablesConnection: String(parts.environment.TablesConnection).replaceAll(
          `:${tablesPort()}/`,
          `:${tables[app].port}/`,
        ),
        ...(app === 'front' ? { GRAPH_BASE_URL: `http://127.0.0.1:${graph.port}` } : {}),
      };
      started.set(app, await startApp(parts, settings));
    }),
  );
});
afterAll(async () => {
  await Promise.all([...started.values()].map(({ child }) => child.stop()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await parts?.close();
});

/** Why the permissions of the API in Graph, which only read, do not allow a request. */
function graphRefusal({ method, path, body }: ProxiedRequest): string | undefined {
  const methods = path.endsWith('/$batch')
    ? [...body.matchAll(/"method":\s*"(\w+)"/g)].map(([, inner]) => inner ?? '')
    : [method];
  const writes = methods.filter((inner) => inner !== 'GET');
  return writes.length > 0 ? `${writes[0]} ${path}` : undefined;
}

function appOf(app: AppName): App {
  const found = started.get(app);
  if (found === undefined) throw new Error(`${app} did not start`);
  return found;
}

async function runTimer(name: string): Promise<void> {
  const { status } = await fetch(`${String(appOf('workers').child.ready.url)}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(status).toBe(202);
}

it('leaves each app its functions, and no others', async () => {
  for (const app of apps) {
    const loaded = await fetch(`${String(appOf(app).child.ready.url)}/admin/functions`);
    const on = listSchema.parse(await loaded.json()).filter(({ isDisabled }) => !isDisabled);
    expect(on.map(({ name }) => name).sort(), app).toEqual([...functions[app]].sort());
  }
});

it('serves no request in the app that changes users', async () => {
  const { url } = appOf('workers');
  for (const path of ['health', 'operations', 'openapi.json', 'nowhere'])
    expect((await fetch(`${url}/${path}`)).status, path).toBe(404);
});

describe('with the rights of their identities', () => {
  it('the apps carry out a change together, from request to audit entry', async () => {
    const front = appOf('front');
    const people = parts.people.take(3);
    const operation = await front.request({ state: 'enabled', users: people.map(({ id }) => id) });
    expect(await front.over(operation)).toMatchObject({ status: 'Succeeded', counts: { applied: 3 } });
    const entries = await front.get<{ value: unknown[] }>(`audit?operation=${operation.id}`);
    expect(entries.body.value.length).toBeGreaterThanOrEqual(3);
  });

  it('the API answers everything that it offers', async () => {
    const front = appOf('front');
    const [person] = parts.people.take(1);
    const dry = await front.request({ state: 'enabled', users: [String(person?.id)], dryRun: true });
    await front.over(dry);
    const csv = await front.call<{ id: string }>(
      'POST',
      'state-changes/csv?state=enabled&reason=file',
      `user\n${person?.id}\n`,
      {
        'Content-Type': 'text/csv',
      },
    );
    expect(csv.status).toBe(202);
    await front.over(csv.body);
    const failed = await front.request({ state: 'enabled', users: ['nobody.here@contoso.com'] });
    await front.over(failed);
    expect((await front.call('POST', `operations/${failed.id}/retry`)).status).toBe(202);
    expect((await front.call('POST', `operations/${failed.id}/cancel`)).status).toBe(202);
    const [other] = parts.people.take(1);
    const applied = await front.request({ state: 'enabled', users: [String(other?.id)] });
    await front.over(applied);
    expect((await front.call('POST', `operations/${applied.id}/undo`, { reason: 'wrong list' })).status).toBe(202);
    expect((await front.call('POST', 'halt', { reason: 'a test' })).status).toBe(200);
    expect((await front.call('DELETE', 'halt')).status).toBe(200);
    const reads = routes.filter(({ method }) => method === 'GET');
    expect(reads.length).toBeGreaterThan(10);
    for (const { path } of reads) {
      const filled = path.replace('{operationId}', dry.id).replace('{userId}', String(person?.id));
      expect((await fetch(`${front.url}/${filled}`)).status, path).toBe(200);
    }
  });

  it('the timers run', async () => {
    const timers = functions.workers.filter((name) => /^(recover|sweep|purge)/.test(name));
    expect(timers.length).toBeGreaterThanOrEqual(3);
    const { lines, child } = appOf('workers');
    for (const name of timers) {
      await runTimer(name);
      const ended = await waitUntil(() => lines.find((line) => line.includes(`{"step":"${name}"`)), `${name} has run`);
      expect(ended).not.toContain('"error"');
    }
    await child.stop();
  });

  it('neither app was refused anything, except that the API does not share the facts about policies that it read', () => {
    expect(
      tables.front.refusals.filter((refusal) => !/^\w+ quota: /.test(refusal)),
      'rows, by the API',
    ).toEqual([]);
    expect([...new Set(tables.workers.refusals)], 'rows, by the workers').toEqual([]);
    expect([...new Set(graph.refusals)], 'Graph, by the API').toEqual([]);
  });
});

it('the API sends to the queues that it has the role for, and to no others', async () => {
  // The workers have stopped, so what is sent from now on is from the API.
  const before = parts.bus.queues();
  const front = appOf('front');
  await front.request({ state: 'enabled', users: parts.people.take(1).map(({ id }) => id) });
  await front.request({ state: 'enabled', group: parts.graph.directory.groups[0]?.id });
  expect((await front.call('POST', 'sweeps')).status).toBe(202);
  const [person] = parts.people.take(1);
  const mailed = await front.request({ state: 'enabled', users: [String(person?.id)] });
  const failed = { status: 'failed', at: 0, attempts: 0 } as const;
  await parts.worker().deliveries.create({ group: mailed.id, key: String(person?.id) }, failed);
  expect((await front.call('POST', `operations/${mailed.id}/mails/retry`)).body).toMatchObject({ mails: 1 });
  const after = parts.bus.queues();
  const sentTo = Object.keys(after).filter((name) => after[name]?.enqueued !== before[name]?.enqueued);
  const allowed = /^var frontQueues = \[(.*)\]$/m.exec(bicepTexts.get('modules/serviceBus.bicep') ?? '')?.[1];
  expect(sentTo.sort()).toEqual(
    allowed
      ?.split(/\s*,\s*/)
      .map((name) => name.replaceAll("'", ''))
      .sort(),
  );
});

it('has a rule for every table that the rights are read for', () => {
  const names = JSON.parse(readFileSync(new URL('../../infra/tables.json', import.meta.url), 'utf8'));
  for (const app of apps)
    for (const name of [...names[app], ...names.record])
      expect(tableRights(deployment, app).get(name)?.has('add')).toBe(true);
});
