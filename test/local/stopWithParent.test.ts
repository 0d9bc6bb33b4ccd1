import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TableClient } from '@azure/data-tables';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAzurite } from '../../local/azurite/azurite.ts';
import { builtScript } from '../../local/projectFolder.ts';
import { waitUntil } from '../support/waitUntil.ts';

const folder = mkdtempSync(join(tmpdir(), 'parent-'));
const local = join(import.meta.dirname, '../../local');

/** Starts the whole stack, and prints the ids of its processes. */
const STACK = `
  import { startStack } from './stack.ts';
  const stack = await startStack({ users: 50, hosts: 2, dataDirectory: process.argv[2] });
  const { hosts, ...others } = stack.parts;
  const pids = Object.fromEntries(Object.entries(others).map(([name, { pid }]) => [name, pid]));
  hosts.forEach(({ pid }, index) => { pids['host' + index] = pid; });
  console.log(JSON.stringify({ pids, tables: stack.tablesConnection }));`;
/** Starts one part, and prints its process id without waiting until it is ready. */
const PART = `
  import { spawn } from 'node:child_process';
  const { pid } = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  console.log(JSON.stringify({ pids: { part: pid } }));`;

beforeAll(async () => {
  const common = { bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' } as const;
  await Promise.all(
    Object.entries({ stack: STACK, part: PART }).map(([name, contents]) =>
      build({ ...common, stdin: { contents, resolveDir: local, loader: 'ts' }, outfile: join(folder, `${name}.mjs`) }),
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  readonly pids: Readonly<Record<string, number>>;
  readonly tables?: string;
}

interface Parent {
  readonly said: Said;
  /** Ends the parent as a crash would, and nothing that it started. */
  kill(): Promise<void>;
}

async function startParent(script: 'stack' | 'part', ...args: string[]): Promise<Parent> {
  const child = spawn(process.execPath, [join(folder, `${script}.mjs`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let line: string | undefined;
  createInterface({ input: child.stdout }).once('line', (first) => {
    line = first;
  });
  const said = await waitUntil(() => line, 'the parent says what it has started');
  return {
    said: JSON.parse(said) as Said,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until all have ended; ends those that do not, so that a failure leaves nothing behind. */
async function expectGone(pids: Said['pids']): Promise<void> {
  const alive = (): string[] => Object.keys(pids).filter((name) => isAlive(pids[name] as number));
  try {
    await waitUntil(() => alive().length === 0, 'all have ended').catch(() => expect(alive()).toEqual([]));
  } finally {
    for (const name of alive()) process.kill(pids[name] as number, 'SIGKILL');
  }
}

describe('when the process that started it is killed', () => {
  it('every part of the stack ends, and what is to be kept is on disk', async () => {
    const data = join(folder, 'data');
    const parent = await startParent('stack', data);
    expect(Object.keys(parent.said.pids).sort()).toEqual(['azurite', 'graph', 'host0', 'host1', 'serviceBus']);
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(parent.said.tables ?? '', 'things', options);
    await table.createTable();
    await table.createEntity({ partitionKey: 'a', rowKey: '1', text: 'kept' });

    await parent.kill();
    await expectGone(parent.said.pids);

    const again = await startAzurite({ dataDirectory: data });
    const reopened = TableClient.fromConnectionString(again.connectionString, 'things', options);
    expect((await reopened.getEntity('a', '1')).text).toBe('kept');
    await again.child.stop();
  });

  it.each([
    ['service-bus', ['--port', '0']],
    ['graph', ['--port', '0', '--users', '20000']],
    ['functions-host', ['--port', '0']],
    ['azurite', ['--inMemoryPersistence', '--blobPort', '0', '--queuePort', '0', '--tablePort', '0']],
  ])('%s ends even if it was not ready', async (part, args) => {
    const parent = await startParent('part', builtScript(part), ...args);
    await parent.kill();
    await expectGone(parent.said.pids);
  });
});
