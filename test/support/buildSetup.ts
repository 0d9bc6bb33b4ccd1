import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = [
  'functions',
  'shared',
  'local',
  'bench',
  'cli',
  'test/conformance/main.ts',
  'test/conformance/suites.ts',
  'test/conformance/tools.ts',
  'infra',
  'build.mjs',
  'bundle.mjs',
  'openapi.json',
  'package.json',
];

/** Builds the app and the local commands unless they are built from the present sources. */
export function setup(): void {
  if (!isBuilt()) execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
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
