// Builds what runs: the app as one bundle (the file that Azure and the local host load alike), the local commands, and the command line.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const mains = ['local', 'bench']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { withFileTypes: true }).map((entry) => join(folder, entry.name, 'main.ts')))
  .filter((file) => existsSync(file));

const triggers = readdirSync('functions').filter((file) => file.endsWith('.ts'));

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  // Node.js keeps maps in memory as they are, and shows files and lines without the sources in them: 40 MB less.
  sourcesContent: false,
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    stdin: {
      contents: triggers.map((file) => `import './functions/${file}';`).join('\n'),
      resolveDir: '.',
      sourcefile: 'app.ts',
    },
    outfile: 'dist/app.cjs',
    format: 'cjs',
    external: ['@azure/functions-core'],
  }),
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
