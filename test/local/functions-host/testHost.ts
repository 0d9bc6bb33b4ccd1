import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Child, startChild } from '../../../local/child.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** For what the tests make themselves; below node_modules, so that modules are found from there. */
export const cacheDirectory = join(root, 'node_modules', '.cache', 'functions-host-test');

/** A host in a process of its own: `require` is intercepted and modules are cached per process. */
export interface TestHost {
  readonly url: string;
  readonly child: Child;
  /** What the host logged so far. */
  readonly lines: readonly string[];
  /** The first line that matches, as soon as there is one. */
  line(pattern: RegExp): Promise<string>;
  /** GET and parse. */
  json<T>(path: string): Promise<T>;
}

let bundle: Promise<string> | undefined;

/** Builds the host's command as `npm run build` does. The same source always gives the same file. */
export function buildMain(): Promise<string> {
  bundle ??= (async () => {
    const { outputFiles } = await build({
      entryPoints: [join(root, 'local', 'functions-host', 'main.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      sourcemap: 'inline',
      write: false,
    });
    const text = outputFiles[0]?.text ?? '';
    const file = join(cacheDirectory, `main-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
    await mkdir(cacheDirectory, { recursive: true });
    // Another test may start this very file meanwhile: it must never be half written.
    const written = `${file}.${process.pid}`;
    await writeFile(written, text);
    await rename(written, file);
    return file;
  })();
  return bundle;
}

/** Starts the command on a fixture app (or on a folder) and any free port. */
export async function startTestHost(
  app: string,
  options: { env?: Record<string, string>; args?: string[]; directory?: string } = {},
): Promise<TestHost> {
  const lines: string[] = [];
  const child = await startChild({
    script: await buildMain(),
    args: [
      '--app',
      options.directory ?? join(root, 'test', 'local', 'functions-host', 'apps', app),
      '--port',
      '0',
      ...(options.args ?? []),
    ],
    env: options.env ?? {},
    onLine: (line) => lines.push(line),
  });
  const url = child.ready.url as string;
  return {
    url,
    child,
    lines,
    line: (pattern) =>
      waitUntil(
        () => lines.find((line) => pattern.test(line)),
        () => `there is a line like ${pattern} in\n${lines.join('\n')}`,
      ),
    async json<T>(path: string): Promise<T> {
      const response = await fetch(url + path);
      return (await response.json()) as T;
    },
  };
}

/** A host that was started by hand: it keeps running with a broken app. */
export interface StandaloneHost {
  readonly ready: Readonly<Record<string, unknown>>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts the command as from a terminal, for a folder and on any free port. */
export async function startStandaloneHost(directory: string): Promise<StandaloneHost> {
  const child = spawn(process.execPath, [await buildMain(), '--app', directory, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (data) => {
    log += data;
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => Promise.reject(new Error(`The host ended:\n${log}`))),
  ]);
  return {
    ready: JSON.parse(String(line)),
    log: () => log,
    async stop() {
      child.kill();
      await exited;
    },
  };
}
