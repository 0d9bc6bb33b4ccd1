import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { compileClient } from '../support/compileClient.ts';
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

interface Program {
  roundTrip(baseUrl: string, user: string): Promise<{ accepted: number; id: string; outcome: string; applied: number }>;
}

it('a client made of the contract compiles, and talks to the API', async () => {
  await generateApi({ input: 'openapi.json', output: folder, fileName: 'client.ts', silent: true });
  const { roundTrip } = await compileClient<Program>(folder, PROGRAM);
  const result = await roundTrip(app.url, parts.people.one().name);
  expect(result).toMatchObject({ accepted: 202, outcome: expect.stringMatching(/pending|applied/) });
  expect((await app.over({ id: result.id })).counts.applied).toBe(1);
});
