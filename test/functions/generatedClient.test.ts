import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';

let parts: Parts;
let app: App;
const folder = mkdtempSync(join(tmpdir(), 'client-'));

beforeAll(async () => {
  parts = await startParts({ users: 100 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

const COMPILER = {
  noEmit: true,
  strict: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2022', 'dom'],
  types: [],
};

/** What a client's author would write. */
const PROGRAM = `
import { Api } from './client';
export async function roundTrip(baseUrl: string, user: string) {
  const api = new Api({ baseUrl });
  const accepted = await api.stateChanges.requestStateChange({ state: 'enabled', users: [user], reason: 'A client' });
  const id: string = accepted.data.id;
  const operation = await api.operations.getOperation(id);
  const items = await api.operations.listOperationItems(id);
  const outcome: string | undefined = items.data.value[0]?.outcome;
  const applied: number = operation.data.counts.applied;
  return { accepted: accepted.status, id, outcome, applied };
}
`;

it('a client made of the contract compiles, and talks to the API', async () => {
  await generateApi({ input: 'openapi.json', output: folder, fileName: 'client.ts', silent: true });
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['program.ts'] }));
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'pipe' });

  const outfile = join(folder, 'program.mjs');
  await build({ entryPoints: [join(folder, 'program.ts')], bundle: true, format: 'esm', outfile });
  const { roundTrip } = (await import(pathToFileURL(outfile).href)) as {
    roundTrip(
      baseUrl: string,
      user: string,
    ): Promise<{ accepted: number; id: string; outcome: string; applied: number }>;
  };
  const result = await roundTrip(app.url, parts.people.one().name);
  expect(result).toMatchObject({ accepted: 202, outcome: expect.stringMatching(/pending|applied/) });
  expect((await app.over({ id: result.id })).counts.applied).toBe(1);
});
