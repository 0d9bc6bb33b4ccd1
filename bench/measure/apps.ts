import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { projectFolder } from '../../local/projectFolder.ts';

/** An app that the host can load, and a route of it that only answers. */
export interface App {
  readonly name: 'bundle' | 'unbundled' | 'empty';
  readonly directory: string;
  readonly route: string;
}

/** Within dist, so that packages are found where the project has them. */
const folderOf = (name: App['name']): string => join(projectFolder(), 'dist', 'bench', 'apps', name);

const common = { platform: 'node', target: 'node20.19', logLevel: 'warning' } as const;

/** The app as it is deployed: one small file. */
export async function buildBundle(): Promise<App> {
  const directory = folderOf('bundle');
  await promisify(execFile)(process.execPath, ['package.mjs', '--out', directory], { cwd: projectFolder() });
  return { name: 'bundle', directory, route: 'api/health' };
}

/** The same app file by file, with its packages as npm installs them. */
export async function buildUnbundled(): Promise<App> {
  const root = projectFolder();
  const directory = emptyFolder('unbundled');
  const sources = ['functions', 'shared'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  await build({
    ...common,
    absWorkingDir: root,
    entryPoints: sources,
    outdir: directory,
    outbase: root,
    bundle: true,
    packages: 'external',
    format: 'esm',
    plugins: [
      {
        name: 'a file stays a file',
        setup({ onResolve }) {
          onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, kind }) =>
            kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
          );
        },
      },
    ],
  });
  writePackage(directory, 'functions/*.js', 'module');
  cpSync(join(root, 'host.json'), join(directory, 'host.json'));
  return { name: 'unbundled', directory, route: 'api/health' };
}

/** An app with one function that only answers: what everything else adds to. */
export async function buildEmpty(): Promise<App> {
  const directory = emptyFolder('empty');
  await build({
    ...common,
    stdin: {
      contents: `import { app } from '@azure/functions';
app.http('answer', { methods: ['GET', 'POST'], authLevel: 'anonymous', handler: async () => ({ jsonBody: { status: 'ok' } }) });`,
      resolveDir: projectFolder(),
    },
    outfile: join(directory, 'app.cjs'),
    bundle: true,
    minify: true,
    format: 'cjs',
    external: ['@azure/functions-core'],
  });
  writePackage(directory, 'app.cjs', 'commonjs');
  writeFileSync(join(directory, 'host.json'), JSON.stringify({ version: '2.0' }));
  return { name: 'empty', directory, route: 'api/answer' };
}

function emptyFolder(name: App['name']): string {
  const directory = folderOf(name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

function writePackage(directory: string, main: string, type: 'module' | 'commonjs'): void {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'measured', private: true, type, main }));
}
