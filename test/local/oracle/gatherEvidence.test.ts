import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TableClient, type TableEntity, type TableEntityResult } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient, isOver } from '../../../local/apiClient.ts';
import { drained } from '../../../local/demo/drained.ts';
import { type ControlUser, type GraphControl, graphControl } from '../../../local/graph/control.ts';
import { type Asked, gatherEvidence, statesOf, type Watched } from '../../../local/oracle/gatherEvidence.ts';
import { judge } from '../../../local/oracle/judge.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

let stack: Stack;
let graph: GraphControl;
let watched: Watched;
/** Three users who are disabled at first. A finished operation has enabled the first two. */
let users: ControlUser[];

beforeAll(async () => {
  if (!existsSync(join(root, 'dist', 'local', 'demo', 'main.js')))
    execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  stack = await startStack({ users: 50, settings: { REGISTRATION_SWEEP_SCHEDULE: '0 0 0 1 1 *' } });
  graph = graphControl(stack.graphUrl);
  const allUsers = await graph.users();
  users = allUsers.filter(({ state, registered }) => state === 'disabled' && !registered).slice(0, 3);
  const ledgerBefore = (await graph.state()).ledgerEntries;
  const asked = [await enable(users.slice(0, 2).map(({ upn }) => upn))];
  watched = {
    asked,
    before: statesOf(allUsers),
    ledgerBefore,
    faultFree: true,
    registered: new Set(),
    swept: false,
  };
}, 120_000);
afterAll(() => stack.close());

/** Enables users, and waits until all that follows from it is stored. */
async function enable(references: string[]): Promise<Asked> {
  const api = apiClient(stack.apiUrl);
  const csv = ['user', ...references].join('\n');
  const { id } = await api.requestChange(csv, { state: 'enabled', reason: 'because' });
  await waitUntil(async () => isOver(await api.operation(id)), `operation ${id} has finished`);
  await drained(stack, () => performance.now());
  return { id, accepted: true, references };
}

/** The rules that find something, in what is stored now. */
async function found(changes: Partial<Watched> = {}): Promise<string[]> {
  const sources = { apiUrl: stack.apiUrl, graph, tablesConnection: stack.tablesConnection };
  const evidence = await gatherEvidence({ ...watched, ...changes }, sources);
  return [...new Set(judge(evidence).map(({ rule }) => rule))].sort();
}

type Row = TableEntity<Record<string, unknown>>;

/** Takes every row of a table that is about a text, and returns a function that brings them back. */
async function takeRows(table: string, text: string): Promise<() => Promise<void>> {
  const client = TableClient.fromConnectionString(stack.tablesConnection, table, { allowInsecureConnection: true });
  const taken: TableEntityResult<Row>[] = [];
  for await (const row of client.listEntities<Row>()) if (JSON.stringify(row).includes(text)) taken.push(row);
  expect(taken.length).toBeGreaterThan(0);
  for (const { partitionKey, rowKey } of taken) await client.deleteEntity(partitionKey, rowKey);
  return async () => {
    for (const { etag: _, timestamp: __, ...row } of taken) await client.createEntity(row);
  };
}

// One after another: each leaves behind what the next one begins with.
describe('the evidence of the running system', () => {
  it('holds nothing wrong', async () => {
    expect(await found()).toEqual([]);
  });

  it('shows an entry that is missing in either audit table', async () => {
    const [one] = users as [ControlUser];
    const bringBackByUser = await takeRows('audit', one.id);
    expect(await found()).toEqual(['entriesAreInBothTables', 'outcomeIsRecorded']);
    const bringBackByTime = await takeRows('auditByTime', one.id);
    expect(await found()).toEqual(['outcomeIsRecorded']);
    await bringBackByUser();
    expect(await found()).toEqual(['entriesAreInBothTables']);
    await bringBackByTime();
    expect(await found()).toEqual([]);
  });

  it('shows references that were not asked for, and those that are missing', async () => {
    const [asked] = watched.asked as [Asked];
    const references = [...(asked.references as string[]), 'missing@contoso.com'];
    expect(await found({ asked: [{ ...asked, references }] })).toEqual(['itemsKeepTheOrder', 'referencesAreListed']);
  });

  it('shows an unrequested operation, and an accepted one that is missing', async () => {
    const lost = { id: '00000000-0000-4000-8000-000000000000', accepted: true, references: [] };
    expect(await found({ asked: [] })).toEqual(['knownIsRequested']);
    expect(await found({ asked: [...watched.asked, lost] })).toEqual(['acceptedIsKnown']);
  });

  it('shows a registration that no sweep recorded', async () => {
    const [one] = users as [ControlUser];
    await graph.register(one.id);
    const registered = new Set([one.id]);
    expect(await found({ registered })).toEqual([]);
    expect(await found({ registered, swept: true })).toEqual(['registrationsAreRecorded']);
  });

  it('shows a change past the service', async () => {
    const [, , outsider] = users as [ControlUser, ControlUser, ControlUser];
    await graph.setState(outsider.id, 'enforced');
    expect(await found()).toEqual(['newestChangeWins', 'onlyKnownWriters']);
  });

  it('has only the writes since it was watched', async () => {
    const now = { before: statesOf(await graph.users()), ledgerBefore: (await graph.state()).ledgerEntries };
    const rules = await found(now);
    expect(rules).not.toContain('onlyKnownWriters');
    expect(rules).toContain('appliedIsTrue'); // of the operation from before that time
  });
});
