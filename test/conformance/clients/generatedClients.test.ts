import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { projectFolder } from '../../../local/projectFolder.ts';
import { startStack } from '../../../local/stack.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { generators } from './generators.ts';

const COMPILER = {
  noEmit: true,
  strict: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  skipLibCheck: false,
};

/** What the program of a generator can do. */
interface Program {
  change(baseUrl: string, user: string): Promise<{ id: string; status: string; outcome: string | undefined }>;
  events(baseUrl: string, operation: string): Promise<string[] | undefined>;
  changeByFile?(baseUrl: string, file: string): Promise<number | undefined>;
}

const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const stack = await startStack({ users: 200, settings: { REGISTRATION_SWEEP_SCHEDULE: '0 0 0 1 1 *' } });
const people = (await graphControl(stack.graphUrl).users()).filter(
  ({ state, userType, upn }) => state === 'disabled' && userType === 'Member' && !upn.startsWith('Sync_'),
);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** Compiles a program with its client, and loads it. */
async function load(name: string, program: string, place: string): Promise<Program> {
  writeFileSync(join(place, 'program.ts'), program);
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['program.ts'] }));
  const tsc = join(projectFolder(), 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', place], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`The client of ${name} does not compile: ${(error as { stdout: string }).stdout}`);
  }
  const outfile = join(place, 'program.mjs');
  await build({ entryPoints: [join(place, 'program.ts')], bundle: true, format: 'esm', outfile, platform: 'node' });
  return import(pathToFileURL(outfile).href);
}

it.each(Object.entries(generators))('the client of %s compiles, and changes users', async (name, generator) => {
  const place = join(folder, name.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  symlinkSync(join(projectFolder(), 'test', 'conformance', 'node_modules'), join(place, 'node_modules'), 'junction');
  generator.generate(place, stack.apiUrl);
  const { change, events, changeByFile } = await load(name, generator.program, place);

  const [one, ...others] = people.splice(0, 3).map(({ upn }) => upn);
  const changed = await change(stack.apiUrl, one ?? '');
  expect(changed).toMatchObject({ status: 'Succeeded', outcome: 'applied' });
  await waitUntil(
    async () => (await events(stack.apiUrl, changed.id))?.join() === 'stateChanged',
    'the change is in the audit record',
  );
  if (changeByFile !== undefined)
    expect(await changeByFile(stack.apiUrl, `user\n${others.join('\n')}\n`)).toBe(others.length);
});
