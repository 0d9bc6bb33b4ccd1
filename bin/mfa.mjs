#!/usr/bin/env node
// The command line. In a clone, it is built when it is missing or older than its sources. So `npx .` works after
// `npm ci`, and is up to date after a pull.
import './requireNode.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const built = join(root, 'dist', 'cli', 'main.cjs');
const SOURCES = ['cli', 'shared', 'build.mjs', 'bundle.mjs', 'package.json', 'package-lock.json'];

// An installed package has no sources.
if (existsSync(join(root, 'build.mjs')) && isStale()) {
  process.stderr.write('Building the command line.\n');
  const { status } = spawnSync(process.execPath, ['build.mjs', 'cli'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write('The command line could not be built. Run npm ci, then try again.\n');
    process.exit(1);
  }
}
// import() would read the bundle a second time to find its exports.
createRequire(import.meta.url)(built);

function isStale() {
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  return SOURCES.some((source) => newest(join(root, source)) > mtimeMs);
}

function newest(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), found.mtimeMs);
}
