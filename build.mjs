// Builds what runs: the app, the local commands, and the command line.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleApp } from './bundle.mjs';

const mains = ['local', 'bench', 'test']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { withFileTypes: true }).map((entry) => join(folder, entry.name, 'main.ts')))
  .filter((file) => existsSync(file));

// Node.js keeps maps in memory as they are, and shows files and lines without the sources in them: 40 MB less.
const maps = { sourcemap: true, sourcesContent: false };
const common = { bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning', ...maps };

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
// Hosts load the files of a package of type module with import(), which reads a bundle of CommonJS once more, in search
// of its exports: half a second of each start. So they get a module that requires it.
writeFileSync(
  join('dist', 'app.mjs'),
  "import { createRequire } from 'node:module';\ncreateRequire(import.meta.url)('./app.cjs');\n",
);
await Promise.all([
  bundleApp('dist', maps),
  build({
    ...common,
    entryPoints: mains,
    outdir: 'dist',
    outbase: '.',
    format: 'esm',
    splitting: true,
    packages: 'external',
  }),
  // The command line is one file with everything in it but what signs in, so that it starts at once.
  build({
    ...common,
    entryPoints: ['cli/main.ts'],
    outfile: 'dist/cli/main.cjs',
    format: 'cjs',
    external: ['@azure/identity'],
  }),
]);
