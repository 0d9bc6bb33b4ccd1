import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let temporary: string;
let published: readonly string[];
let parts: Parts;
let collector: Collector;
let app: App;

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
  const folder = join(temporary, 'app');
  for (const path of published) cpSync(join(root, path), join(folder, path));
  parts = await startParts({ users: 10 });
  collector = await startCollector();
  app = await startApp(parts, collector.settings, folder);
});
afterAll(async () => {
  await app?.child.stop();
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
  const { id } = parts.people.one();
  for (const path of ['health', 'operations', `users/${id}/mfa-state`]) {
    const { status, body } = await app.get<unknown>(path);
    expect(status, `${path}: ${JSON.stringify(body)}`).toBe(200);
  }
  await app.request({ state: 'enabled', users: [id], dryRun: true });
});

it('leaves an app that sends traces', async () => {
  await waitUntil(() => collector.spans.length > 0, 'a span has arrived');
});
