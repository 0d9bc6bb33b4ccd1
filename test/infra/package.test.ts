import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { auditEvents } from '../../shared/audit/entry.ts';
import { routes } from '../../shared/contract/routes.ts';
import { Outside } from '../shared/registration/sweeps.ts';
import { type App, startApp } from '../support/app.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { comparisonsOf, fieldsOf, queriesOfLog } from './queries.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const functionsFolder = join(root, 'functions');

/** What a line has only of a caller with a token, which the app of this test does not ask for. */
const OF_TOKENS = ['application', 'token'];

/** An account that the app never changes. */
let protectedId: string;
let folder: string;
let printed: string;
let parts: Parts;
let collector: Collector;
let app: App;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-')); // far from any node_modules
  printed = execFileSync(process.execPath, ['package.mjs', '--out', folder], { cwd: root, encoding: 'utf8' });
  parts = await startParts({ users: 100 });
  collector = await startCollector();
  protectedId = String(parts.people.take(1)[0]?.id);
  const settings = {
    TZ: 'Asia/Tokyo', // a time that is read without its zone is nine hours off
    MAX_LOWERED_PER_DAY: '1',
    PROTECTED_USERS: protectedId,
    NOTIFY_WEBHOOK: 'http://127.0.0.1:9/', // no server listens there
    NOTIFY_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  };
  app = await startApp(parts, { ...collector.settings, ...settings }, folder);
});
afterAll(async () => {
  await app?.child.stop();
  await parts?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is the bundle and what the host needs to load it, and nothing else', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  );
  expect(names.sort()).toEqual([
    'dist/app.cjs',
    'dist/blobs.cjs',
    'dist/clients.cjs',
    'dist/contract.cjs',
    'dist/telemetry.cjs',
    'host.json',
    'package.json',
  ]);
  expect(files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)).toBeLessThan(
    3 * 1024 * 1024,
  );
  for (const name of names) expect(printed.replaceAll('\\', '/')).toContain(name);
});

it('is what azd deploys: the script after a provisioning packs the folder that is written by default', () => {
  const azureYaml = readFileSync(join(root, 'azure.yaml'), 'utf8');
  expect(azureYaml).toMatch(/^hooks:\n {2}postprovision:\n {4}shell: pwsh\n {4}run: infra\/deploy\.ps1$/m);
  expect(azureYaml).not.toMatch(/^services:/m); // azd would upload with the identity of an app
  const script = readFileSync(join(root, 'infra', 'deploy.ps1'), 'utf8');
  expect(script).toMatch(/npm ci\n.*npm run package\n/);
  expect(script).toContain("-Path 'dist/package/*'");
});

it('has nothing to install and nothing to build', () => {
  const packageJson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { engines, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(packageJson).toMatchObject({ main: 'dist/app.cjs', type: 'commonjs', engines, version });
  for (const name of ['dependencies', 'devDependencies', 'optionalDependencies', 'scripts'])
    expect(packageJson).not.toHaveProperty(name);
});

it('has every function of the source', () => {
  const triggers = readdirSync(functionsFolder).flatMap((file) => [
    ...readFileSync(join(functionsFolder, file), 'utf8').matchAll(/app\.(?:http|timer|serviceBusQueue)\('(\w+)'/g),
  ]);
  const names = [...triggers.map(([, name]) => name), ...routes.map(({ name }) => name)];
  const loaded = (app.child.ready.functions as { name: string }[]).map(({ name }) => name);
  expect(loaded.sort()).toEqual(names.sort());
});

it('carries out a change from request to audit entry', async () => {
  const people = parts.people.take(3);
  const operation = await app.request({ state: 'enabled', users: people.map(({ id }) => id) });
  expect(await app.over(operation)).toMatchObject({ status: 'Succeeded', counts: { applied: 3 } });
  for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(1);
});

it('sends traces with what it has', async () => {
  await waitUntil(() => collector.spans.some(({ name }) => name === 'applyStateChange'), 'a span has arrived');
});

describe('the log, when all has happened that alerts and the workbook look for', () => {
  let logged: readonly Record<string, unknown>[];

  beforeAll(async () => {
    for (const timer of ['recoverOperations', 'sweepRegistrations', 'sealAudit'])
      await fetch(`${String(app.child.ready.url)}/admin/functions/${timer}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      });
    await waitUntil(() => app.lines.some((line) => line.includes('"end":"completed"')), 'a sweep is completed');
    new Outside(parts).set(parts.people.one(), 'enforced');
    expect((await app.call('POST', 'sweeps')).status).toBe(202);
    const users = parts.people.take(3).map(({ id }) => id);
    await app.over(await app.request({ state: 'enabled', users: [protectedId], reason: 'E' }));
    const operation = await app.request({
      state: 'enforced',
      users,
      reason: 'A',
      acknowledge: ['legacyAuthInterruption'],
    });
    await app.over(operation);
    const [one] = users;
    await app.over(await app.request({ state: 'enabled', users: [one], reason: 'B', acknowledge: ['weaken'] }));
    await app.over(await app.request({ state: 'disabled', users, reason: 'C' })); // more than the daily limit
    const canceled = await app.request({ state: 'enabled', users: [protectedId], reason: 'F' });
    expect((await app.call('POST', `operations/${canceled.id}/cancel`)).status).toBe(202);
    expect((await app.call('POST', `operations/${operation.id}/approve`, { reason: 'G' })).status).toBe(403);
    const since = new Date(Date.now() - 2 * 24 * 60 * 60_000).toISOString();
    const [group] = parts.graph.directory.groups;
    const ofGroup = await app.request({ state: 'disabled', group: group?.id, reason: 'D', dryRun: true });
    await app.over(ofGroup);
    const noPage = { version: 1, operationId: ofGroup.id, page: 1 };
    const noChunk = { version: 1, operationId: operation.id, chunk: 'chunk-00099-00-000' };
    await send('plans', noPage);
    await send('expressplans', { ...noPage, operationId: operation.id });
    await send('changes', noChunk);
    await send('events', { version: 1, event: 'deadLetter', queue: 'plans', messageId: 'x', since, attempt: 9 });
    await send('events', { version: 1, event: 'unheardOf' });
    for (const step of [
      'recordPlanDeadLetters',
      'recordExpressPlanDeadLetters',
      'recordChangeDeadLetters',
      'recordEventDeadLetters',
      'sendEvent',
      'runSweep',
      'sealAudit',
    ])
      await waitUntil(() => app.lines.some((line) => line.includes(`{"step":"${step}"`)), `${step} is logged`);
    await waitUntil(() => app.lines.some((line) => line.includes('"webhook":"givenUp"')), 'an event is given up');
    logged = app.lines.flatMap((line) =>
      line.includes('{"step":') ? [JSON.parse(line.slice(line.indexOf('{"step":')))] : [],
    );
  });

  async function send(queue: string, body: object): Promise<void> {
    const client = new ServiceBusClient(parts.bus.connectionString);
    const { requiresSession } = queues[queue as keyof typeof queues];
    await client.createSender(queue).sendMessages({ body, ...(requiresSession ? { sessionId: 'any' } : {}) });
    await client.close();
  }

  /** Whether a text is an event of the record. Each decision of the record also has a line in the log. */
  const isAuditEvent = (text: string): boolean => auditEvents.some((event) => event === text);

  const read = (line: unknown, path: string): unknown =>
    path.split('.').reduce<unknown>((value, name) => Object(value)[name], line);

  it.each(queriesOfLog)('has every text that $name compares with, in lines of its steps', ({ query }) => {
    const compared = comparisonsOf(query);
    const steps = compared.filter(({ field }) => field === 'step').map(({ value }) => value);
    const isOf = (step: unknown): boolean => steps.length === 0 || steps.some((name) => name === step);
    for (const { field, value } of compared)
      expect(
        (field === 'event' && isAuditEvent(value) && isOf('decision')) ||
          logged.some((line) => isOf(line.step) && read(line, field) === value),
        `${field}: ${value}, in a line of ${steps.join(' or ')}`,
      ).toBe(true);
  });

  it.each(queriesOfLog)('has every field that $name reads', ({ query }) => {
    const fields = fieldsOf(query).filter((field) => !OF_TOKENS.includes(field));
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields)
      expect(
        logged.some((line) => read(line, field) !== undefined),
        field,
      ).toBe(true);
  });

  it('has how long messages lay in their queues, in whatever time zone', () => {
    const waits = logged.flatMap(({ queuedMs }) => (queuedMs === undefined ? [] : [queuedMs]));
    expect(waits.length).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toBeLessThan(60 * 60_000);
  });

  it('has a line for each decision', async () => {
    const decisions = logged.filter(({ step }) => step === 'decision').map(({ event }) => event);
    for (const event of ['operationAccepted', 'operationCanceled', 'requestRefused'])
      expect(decisions).toContain(event);
  });

  it('has a line for each lowering that was carried out', () => {
    expect(logged.filter(({ step, lowered }) => step === 'applyStateChange' && lowered === 1)).toHaveLength(1);
  });

  it('has the code of a refused protected account', () => {
    const refused = logged.filter(({ codes }) => read(codes, 'protectedAccount') === 1);
    expect(refused).not.toEqual([]);
  });

  it('has the code of a refused request of any caller', () => {
    const line = logged.find(({ step, status }) => step === 'approveOperation' && status === 403);
    expect(line).toMatchObject({ code: expect.any(String), actor: expect.any(String) });
  });
});

it('finds out which field a query compares with which texts', () => {
  const query =
    "AppTraces | extend step = tostring(line.step) | where step in ('a', 'b') and tostring(line.x.y) == 'c'";
  expect(comparisonsOf(query)).toEqual([
    { field: 'step', value: 'a' },
    { field: 'step', value: 'b' },
    { field: 'x.y', value: 'c' },
  ]);
  expect(fieldsOf(query)).toEqual(['step', 'x.y']);
  expect(() => comparisonsOf("AppTraces | where other == 'a'")).toThrow('other');
});
