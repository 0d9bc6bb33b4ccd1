import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Child, startChild } from '../../local/child.ts';
import { type Api, api } from '../support/api.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { resourcesOf } from './installation.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const functionsFolder = join(root, 'functions');
/** Timers run only when a test says so: these are once a year. */
const NEVER = '0 0 0 1 1 *';

let folder: string;
let printed: string;
let parts: Parts;
let collector: Collector;
let host: Child;
let service: Api;
const lines: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-')); // far from any node_modules
  printed = execFileSync(process.execPath, ['package.mjs', '--out', folder], { cwd: root, encoding: 'utf8' });
  parts = await startParts({ users: 100 });
  collector = await startCollector();
  host = await startChild({
    script: join(root, 'dist', 'local', 'functions-host', 'main.js'),
    args: ['--app', folder, '--port', '0', '--drain', '2'],
    env: {
      RECOVERY_SCHEDULE: NEVER,
      REGISTRATION_AUDIT_SCHEDULE: NEVER,
      HISTORY_PURGE_SCHEDULE: NEVER,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...parts.environment,
    },
    onLine: (line) => lines.push(line),
  });
  service = api(`${String(host.ready.url)}/api`);
});
afterAll(async () => {
  await host?.stop();
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
  expect(names.sort()).toEqual(['dist/app.cjs', 'dist/clients.cjs', 'dist/telemetry.cjs', 'host.json', 'package.json']);
  expect(files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)).toBeLessThan(
    3 * 1024 * 1024,
  );
  for (const name of names) expect(printed.replaceAll('\\', '/')).toContain(name);
});

it('is what azure.yaml deploys, to the app that carries the name of the service', () => {
  const azureYaml = readFileSync(join(root, 'azure.yaml'), 'utf8');
  expect(azureYaml).toMatch(/^ {4}dist: dist\/package$/m); // the folder that package.mjs writes by default
  expect(azureYaml.match(/run: npm ci && npm run package$/gm)).toHaveLength(2);
  const service = /^services:\n {2}(\w+):/m.exec(azureYaml)?.[1];
  const [site] = resourcesOf('Microsoft.Web/sites');
  expect(String(site?.body.tags)).toContain(`'azd-service-name': '${service}'`);
});

it('has nothing to install and nothing to build', () => {
  const packageJson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { engines, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(packageJson).toMatchObject({ main: 'dist/app.cjs', type: 'commonjs', engines, version });
  for (const name of ['dependencies', 'devDependencies', 'optionalDependencies', 'scripts'])
    expect(packageJson).not.toHaveProperty(name);
});

it('has every function of the source', () => {
  const names = readdirSync(functionsFolder).flatMap((file) =>
    [
      ...readFileSync(join(functionsFolder, file), 'utf8').matchAll(/app\.(?:http|timer|serviceBusQueue)\('(\w+)'/g),
    ].map(([, name]) => name),
  );
  const loaded = (host.ready.functions as { name: string }[]).map(({ name }) => name);
  expect(loaded.sort()).toEqual(names.sort());
});

it('carries out a change from request to audit entry', async () => {
  const people = parts.people.take(3);
  const operation = await service.request({ state: 'enabled', users: people.map(({ id }) => id) });
  expect(await service.over(operation)).toMatchObject({ status: 'Succeeded', counts: { applied: 3 } });
  for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(1);
});

it('sends traces with what it has', async () => {
  await waitUntil(() => collector.spans.some(({ name }) => name === 'applyStateChange'), 'a span has arrived');
});

it('logs the lines and fields that alerts and the workbook read', async () => {
  for (const timer of ['recoverOperations', 'auditRegistrations'])
    await fetch(`${String(host.ready.url)}/admin/functions/${timer}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
  const fields = {
    requestStateChange: ['status'],
    planStateChange: ['operationId', 'references', 'ms'],
    applyStateChange: ['operationId', 'settled', 'codes', 'queuedMs', 'ms'],
    recoverOperations: ['looked'],
    auditRegistrations: ['end', 'users', 'entries'],
  };
  for (const [step, names] of Object.entries(fields)) {
    const line = await waitUntil(() => lines.find((text) => text.includes(`{"step":"${step}"`)), `${step} is logged`);
    const logged = JSON.parse(line.slice(line.indexOf('{"step":')));
    for (const name of names) expect(logged, step).toHaveProperty(name);
  }
  const audited = lines.find((text) => text.includes('{"step":"auditRegistrations"'));
  expect(audited).toContain('"end":"completed"');
});
