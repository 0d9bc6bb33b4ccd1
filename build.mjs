// Builds what runs: the app, the local commands, and the command line. `node build.mjs cli` builds the command line alone.
// Files are replaced one by one, each at once: a program that runs from them meanwhile finds every file that it needs.
import './bin/requireNode.mjs';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleApp, englishOnly } from './bundle.mjs';

/** How long files of earlier builds stay, for programs that were started from them, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;

// Node.js keeps maps in memory as they are, and shows files and lines without the sources in them: 40 MB less.
const maps = { sourcemap: true, sourcesContent: false };
const common = { bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning', write: false, ...maps };

/** Parts of the command line that few commands need. */
const apart = ['fetchThroughProxy', 'readWorkbook'];
const partsApart = {
  name: 'rare parts are files of their own',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`/(${apart.join('|')})\\.ts$`) }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.cjs'), external: true } : undefined,
    );
  },
};

const results = process.argv[2] === 'cli' ? [await buildCli()] : await buildAll();
const files = new Set(results.flatMap(({ outputFiles }) => outputFiles).map(replace));
if (process.argv[2] !== 'cli') {
  // Hosts load the files of a package of type module with import(), which reads a bundle of CommonJS once more, in search
  // of its exports: half a second of each start. So they get a module that requires it.
  const contents = "import { createRequire } from 'node:module';\ncreateRequire(import.meta.url)('./app.cjs');\n";
  files.add(replace({ path: resolve('dist', 'app.mjs'), contents }));
  for (const folder of ['.', 'local', 'bench', 'test', 'cli']) removeOld(join('dist', folder), folder !== '.');
}

async function buildAll() {
  const mains = ['local', 'bench', 'test']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true }).map((entry) => join(folder, entry.name, 'main.ts')),
    )
    .filter((file) => existsSync(file));
  const [app, commands, cli] = await Promise.all([
    bundleApp('dist', { write: false, ...maps }),
    build({
      ...common,
      entryPoints: mains,
      outdir: 'dist',
      outbase: '.',
      format: 'esm',
      splitting: true,
      packages: 'external',
    }),
    buildCli(),
  ]);
  return [...app, commands, cli];
}

/** The command line is one file with everything in it but what signs in, knows proxies or reads workbooks, so that it starts at once. */
function buildCli() {
  return build({
    ...common,
    entryPoints: ['cli/main.ts', ...apart.map((name) => `cli/${name}.ts`)],
    outdir: 'dist/cli',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['@azure/identity', '@azure/msal-node'],
    plugins: [partsApart, englishOnly],
  });
}

/** Puts a file in the place of the one before, so that whoever reads it gets the one or the other. */
function replace({ path, contents }) {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.new`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
  return relative('', path);
}

/** Removes what earlier builds made, and this one did not, once nobody can be running from it any more. */
function removeOld(folder, recursive) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive })) {
    const file = join(folder, name);
    if (files.has(file)) continue;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() && Date.now() - found.mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
}
