#!/usr/bin/env node
// The command line. A clone that has not been built yet is built first, so that `npx .` works after `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const built = new URL('dist/cli/main.cjs', root);
if (!existsSync(built) && existsSync(new URL('build.mjs', root))) {
  process.stderr.write('Building the command line, once.\n');
  const { status } = spawnSync(process.execPath, ['build.mjs'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(1);
}
// Not import(), which would read the bundle once more, in search of its exports.
createRequire(import.meta.url)(fileURLToPath(built));
