import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { laneOf } from '../../shared/domain/lane.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { UnprocessableMessageError } from '../../shared/errors.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { changeMessageSchema, planMessageSchema, readMessage } from '../../shared/queues/messages.ts';
import { applyChunk } from '../../shared/stateChange/applyChunk.ts';
import { planPage } from '../../shared/stateChange/plan.ts';
import { tableNames } from '../../shared/tables/tables.ts';
import { Outside } from '../shared/registration/sweeps.ts';
import { change, historyOf, itemsOf, outcomesOf, userRow, writesOf } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import type { Person } from '../support/people.ts';

/*
 * Rows and messages as the first format has them, word for word. They are never to be changed: when a later format
 * makes one of these tests fail, the code must still read the first.
 */
const frozenSchema = z.object({
  users: z.array(z.object({ id: z.guid(), name: z.string() })),
  messages: z.array(z.unknown()),
  tables: z.partialRecord(z.enum(tableNames), z.array(z.looseObject({ partitionKey: z.string(), rowKey: z.string() }))),
});

interface Thawed {
  readonly deps: Dependencies;
  readonly operation: Operation;
  readonly messages: readonly unknown[];
  readonly people: readonly Person[];
}

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 1_000 });
});
afterAll(() => parts.close());

/**
 * Puts frozen rows into empty tables, with users of the simulated tenant from the same lanes in the place of theirs.
 */
async function thaw(scene: string): Promise<Thawed> {
  let text = readFileSync(new URL(`../fixtures/format-1/${scene}.json`, import.meta.url), 'utf8');
  const people = frozenSchema.parse(JSON.parse(text)).users.map(({ id, name }) => {
    const person = parts.people.one({ state: 'disabled', where: (candidate) => laneOf(candidate.id) === laneOf(id) });
    text = text.replaceAll(id, person.id).replaceAll(name, person.name);
    return person;
  });
  const { tables, messages } = frozenSchema.parse(JSON.parse(text));
  const deps = parts.worker({}, { TABLES_PREFIX: `u${randomBytes(8).toString('hex')}` });
  for (const name of tableNames) for (const row of tables[name] ?? []) await (await deps.open(name)).createEntity(row);
  const operationId = tables.operations?.find(({ rowKey }) => rowKey === 'header')?.partitionKey ?? '';
  return { deps, operation: (await deps.operations.get(operationId)) as Operation, messages, people };
}

/** The expected end of every scene: two changed users, and one unknown reference. */
async function expectDone({ deps, operation, people }: Thawed): Promise<void> {
  expect(await outcomesOf(deps, operation)).toEqual(['applied', 'applied', 'failed']);
  expect(await deps.progress.read(operation)).toMatchObject({ status: 'PartiallySucceeded', references: 3 });
  for (const { id } of people) {
    expect(await historyOf(deps, id)).toMatchObject([
      { event: 'stateChanged', from: 'disabled', to: 'enabled', reason: 'Onboarding 4711', operationId: operation.id },
    ]);
    expect(await userRow(deps, id)).toMatchObject({ state: 'enabled', sequence: operation.sequence, claim: null });
  }
}

describe('an operation of the first format', () => {
  it('is planned and applied when it was only accepted', async () => {
    const scene = await thaw('accepted');
    for (const message of scene.messages) await planPage(readMessage(planMessageSchema, message), scene.deps);
    for (const { key } of await scene.deps.operations.getChunks(scene.operation.id, 0))
      await applyChunk({ version: 1, operationId: scene.operation.id, chunk: key }, scene.deps);
    await expectDone(scene);
  });

  it('is applied when it was planned', async () => {
    const scene = await thaw('planned');
    expect(scene.messages).toHaveLength(2);
    for (const message of scene.messages) await applyChunk(readMessage(changeMessageSchema, message), scene.deps);
    await expectDone(scene);
  });

  it('is finished, with the state from before, when its writes were claimed and one was carried out', async () => {
    const scene = await thaw('claimed');
    const [written] = scene.people;
    await fetch(`${parts.graph.url}/beta/users/${written?.id}/authentication/requirements`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer local' },
      body: JSON.stringify({ perUserMfaState: 'enabled' }),
    });
    for (const message of scene.messages) await applyChunk(readMessage(changeMessageSchema, message), scene.deps);
    await expectDone(scene);
    for (const { id } of scene.people) expect(writesOf(parts.graph, id)).toHaveLength(1);
  });

  it('has the same result when it has finished, and newer operations follow it', async () => {
    const scene = await thaw('applied');
    await expectDone(scene);
    const items = await itemsOf(scene.deps, scene.operation);
    expect(items[0]).toMatchObject({ userId: scene.people[0]?.id, outcome: 'applied' });
    // What was applied then is there, else it would be a change from outside.
    for (const person of scene.people) new Outside(parts).set(person, 'enabled');
    const [later] = await change(scene.deps, {
      users: [scene.people[0]?.id as string],
      state: 'enforced',
      acknowledge: ['legacyAuthInterruption'],
    });
    expect(later?.outcome).toBe('applied');
    expect(await historyOf(scene.deps, scene.people[0]?.id as string)).toHaveLength(2);
  });
});

it('gives back a message of a later format, for a newer version of the service to read', () => {
  const message = { version: 2, operationId: '0bb20000-0000-4000-8000-000000000001', page: 0 };
  expect(() => readMessage(planMessageSchema, message)).toThrow(UnprocessableMessageError);
  expect(() => readMessage(planMessageSchema, message)).toThrow('version');
});
