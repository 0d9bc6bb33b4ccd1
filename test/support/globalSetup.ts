import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startAzurite } from '../../local/azurite/azurite.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = [
  'functions',
  'shared',
  'local',
  'bench',
  'cli',
  'infra',
  'build.mjs',
  'bundle.mjs',
  'openapi.json',
  'package.json',
];

/** Builds the app unless it is built from the present sources, and starts one Azurite. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!isBuilt()) execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  const azurite = await startAzurite();
  project.provide('tablesConnection', azurite.connectionString);
  project.provide('tablesPort', azurite.tablePort);
  return async () => {
    await azurite.child.stop();
  };
}

function isBuilt(): boolean {
  const app = join(root, 'dist', 'app.cjs');
  const host = join(root, 'dist', 'local', 'functions-host', 'main.js');
  if (!existsSync(app) || !existsSync(host)) return false;
  return SOURCES.every((source) => newest(join(root, source)) < statSync(app).mtimeMs);
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}
