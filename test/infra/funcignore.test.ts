import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Child, startChild } from '../../local/child.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Timers run only when a test says so: these are once a year. */
const NEVER = '0 0 0 1 1 *';

let temporary: string;
let published: readonly string[];
let parts: Parts;
let collector: Collector;
let host: Child;

/** The files of a folder that .funcignore leaves, as git reads such a file. */
function filesLeft(folder: string): string[] {
  const repository = join(temporary, 'empty.git');
  execFileSync('git', ['init', '--quiet', '--bare', repository]);
  const which = ['ls-files', '--others', '-z', `--exclude-from=${join(root, '.funcignore')}`];
  const listed = execFileSync(
    'git',
    [`--git-dir=${repository}`, `--work-tree=${folder}`, '-c', 'core.bare=false', ...which],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  return listed
    .split('\0')
    .filter((path) => path !== '')
    .sort();
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'published-')); // far from any node_modules
  published = filesLeft(root);
  const app = join(temporary, 'app');
  for (const path of published) cpSync(join(root, path), join(app, path));
  parts = await startParts({ users: 10 });
  collector = await startCollector();
  host = await startChild({
    script: join(root, 'dist', 'local', 'functions-host', 'main.js'),
    args: ['--app', app, '--port', '0', '--drain', '2'],
    env: {
      RECOVERY_SCHEDULE: NEVER,
      REGISTRATION_SWEEP_SCHEDULE: NEVER,
      HISTORY_PURGE_SCHEDULE: NEVER,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...parts.environment,
    },
  });
});
afterAll(async () => {
  await host?.stop();
  await parts?.close();
  await collector?.close();
  rmSync(temporary, { recursive: true, force: true });
});

it('leaves of the package everything, and of the project the same, with the module that loads it', () => {
  const folder = join(temporary, 'package');
  execFileSync(process.execPath, ['package.mjs', '--out', folder], { cwd: root });
  const packaged = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  expect(packaged.length).toBeGreaterThan(3);
  expect(filesLeft(folder)).toEqual(packaged.sort());
  expect(published).toEqual([...packaged, 'dist/app.mjs'].sort());
});

it('leaves an app that reaches its tables, queues and Graph', async () => {
  const url = `${String(host.ready.url)}/api`;
  const [person] = parts.people.take(1);
  for (const path of ['health', 'operations', `users/${person?.id}/mfa-state`]) {
    const response = await fetch(`${url}/${path}`);
    expect(response.status, `${path}: ${await response.text()}`).toBe(200);
  }
  const accepted = await fetch(`${url}/state-changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ state: 'enabled', users: [person?.id], reason: 'Publishing', dryRun: true }),
  });
  expect(accepted.status).toBe(202);
});

it('leaves an app that sends traces', async () => {
  await waitUntil(() => collector.spans.length > 0, 'a span has arrived');
});
