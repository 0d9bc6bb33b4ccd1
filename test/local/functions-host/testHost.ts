import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../../local/child.ts';
import { builtScript } from '../../../local/projectFolder.ts';
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

/** Starts the command on a fixture app (or on a folder) and any free port. */
export async function startTestHost(
  app: string,
  options: { env?: Record<string, string>; args?: string[]; directory?: string } = {},
): Promise<TestHost> {
  const lines: string[] = [];
  const child = await startChild({
    script: builtScript('functions-host'),
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
  const child = spawn(process.execPath, [builtScript('functions-host'), '--app', directory, '--port', '0'], {
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
