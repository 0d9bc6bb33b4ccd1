import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../local/projectFolder.ts';

const modules = join(projectFolder(), 'test', 'conformance', 'node_modules');
const document = join(projectFolder(), 'openapi.json');

/** A generator of TypeScript clients, and a program that uses its client. */
export interface Generator {
  /** Writes the client into the folder. */
  generate(folder: string, baseUrl: string): void;
  /** A module with `change(baseUrl, user)`, `events(baseUrl, operation)` and, where the client can, `changeByFile(baseUrl, file)`. */
  readonly program: string;
}

function run(script: string, args: readonly string[], folder: string): void {
  const env = { ...process.env, NODE_PATH: modules, CI: 'true' };
  execFileSync(process.execPath, [join(modules, script), ...args], { cwd: folder, env, stdio: 'pipe' });
}

const WAIT = `
const isOver = (status: string): boolean => !['NotStarted', 'AwaitingApproval', 'Running'].includes(status);
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
`;

/** By the name of the package. */
export const generators: Readonly<Record<string, Generator>> = {
  'openapi-typescript': {
    generate: (folder) => run('openapi-typescript/bin/cli.js', [document, '-o', join(folder, 'client.ts')], folder),
    program: `
import createClient from 'openapi-fetch';
import type { paths } from './client';
${WAIT}
export async function change(baseUrl: string, user: string) {
  const api = createClient<paths>({ baseUrl });
  const { data: accepted, error } = await api.POST('/state-changes', {
    body: { state: 'enabled', users: [user], reason: 'A client' },
  });
  if (accepted === undefined) throw new Error(error.error.message);
  const params = { path: { operationId: accepted.id } };
  let status = accepted.status;
  while (!isOver(status)) {
    await pause();
    status = (await api.GET('/operations/{operationId}', { params })).data?.status ?? status;
  }
  const items = await api.GET('/operations/{operationId}/items', { params });
  return { id: accepted.id, status, outcome: items.data?.value[0]?.outcome };
}
export async function events(baseUrl: string, operation: string) {
  const { data } = await createClient<paths>({ baseUrl }).GET('/audit', { params: { query: { operation } } });
  return data?.value.map(({ event }) => event);
}
export async function changeByFile(baseUrl: string, file: string) {
  const { data } = await createClient<paths>({ baseUrl }).POST('/state-changes/csv', {
    params: { query: { state: 'enabled', reason: 'A file', dryRun: true } },
    headers: { 'Content-Type': 'text/csv' },
    body: file,
    bodySerializer: (text) => text,
  });
  return data?.references;
}
`,
  },
  '@hey-api/openapi-ts': {
    generate: (folder) =>
      run('@hey-api/openapi-ts/bin/run.js', ['-i', document, '-o', join(folder, 'client'), '--no-log-file'], folder),
    program: `
import { createClient, createConfig } from './client/client';
import { getOperation, listAudit, listOperationItems, requestStateChange, requestStateChangeFromCsv } from './client';
${WAIT}
export async function change(baseUrl: string, user: string) {
  const client = createClient(createConfig({ baseUrl }));
  const body = { state: 'enabled', users: [user], reason: 'A client' } as const;
  const { data: accepted } = await requestStateChange({ client, body: { ...body, users: [user] }, throwOnError: true });
  const path = { operationId: accepted.id };
  let status = accepted.status;
  while (!isOver(status)) {
    await pause();
    status = (await getOperation({ client, path, throwOnError: true })).data.status;
  }
  const { data: items } = await listOperationItems({ client, path, throwOnError: true });
  return { id: accepted.id, status, outcome: items.value[0]?.outcome };
}
export async function events(baseUrl: string, operation: string) {
  const client = createClient(createConfig({ baseUrl }));
  const { data } = await listAudit({ client, query: { operation }, throwOnError: true });
  return data.value.map(({ event }) => event);
}
export async function changeByFile(baseUrl: string, file: string) {
  const client = createClient(createConfig({ baseUrl }));
  const query = { state: 'enabled', reason: 'A file', dryRun: true } as const;
  return (await requestStateChangeFromCsv({ client, query, body: file, throwOnError: true })).data.references;
}
`,
  },
  // Its client sends every body as JSON, also text, so it is of no use for CSV files.
  orval: {
    generate: (folder, baseUrl) => {
      const output = { target: './client.ts', client: 'fetch', mode: 'single', baseUrl };
      const config = { api: { input: document, output } };
      writeFileSync(join(folder, 'orval.config.cjs'), `module.exports = ${JSON.stringify(config)};\n`);
      run('orval/dist/bin/orval.js', ['--config', 'orval.config.cjs'], folder);
    },
    program: `
import { getOperation, listAudit, listOperationItems, requestStateChange } from './client';
${WAIT}
export async function change(_baseUrl: string, user: string) {
  const accepted = await requestStateChange({ state: 'enabled', users: [user], reason: 'A client' });
  if (accepted.status !== 202) throw new Error(accepted.data.error.message);
  const { id } = accepted.data;
  let { status } = accepted.data;
  while (!isOver(status)) {
    await pause();
    const answer = await getOperation(id);
    if (answer.status === 200) status = answer.data.status;
  }
  const items = await listOperationItems(id);
  return { id, status, outcome: items.status === 200 ? items.data.value[0]?.outcome : undefined };
}
export async function events(_baseUrl: string, operation: string) {
  const answer = await listAudit({ operation });
  return answer.status === 200 ? answer.data.value.map(({ event }) => event) : undefined;
}
`,
  },
};
