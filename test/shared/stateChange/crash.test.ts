import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { planPage } from '../../../shared/stateChange/plan.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import {
  accept,
  actor,
  applyToEnd,
  change,
  historyOf,
  itemsOf,
  outcomesOf,
  plan,
  planOne,
  rowCount,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

// Each test ends one process at one place and lets another do the rest, as a redelivered message does.
let parts: Parts;
let first: Dependencies;
let second: Dependencies;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

function processes(): void {
  first = parts.worker();
  second = parts.worker();
}

/** After everything: one write, one entry with the true state before, nothing left open. */
async function expectAppliedOnce(id: string, operationId: string): Promise<void> {
  expect(writesOf(parts.graph, id)).toMatchObject([{ from: 'disabled', to: 'enabled' }]);
  expect(await historyOf(second, id)).toMatchObject([
    { event: 'stateChanged', from: 'disabled', to: 'enabled', operationId },
  ]);
  expect(await userRow(second, id)).toMatchObject({ state: 'enabled', claim: null, operationId });
}

describe('a worker that ends while it changes a user', () => {
  it.each([
    ['before it asks Graph', 'putOutcomes', 'after the claim'],
    ['after Graph changed the user, before it could say so', 'putOutcomes', 'before'],
    ['after the outcome was stored, before anything followed from it', 'putOutcomes', 'after'],
  ] as const)('%s', async (_, method, when) => {
    processes();
    const { id } = parts.people.one();
    const { operation, message } = await planOne(first, id);
    if (when === 'after the claim') interrupt(first.users, 'put', 'after');
    else interrupt(first.operations, method, when);
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await applyChunk(message, second);
    expect(await outcomesOf(second, operation)).toEqual(['applied']);
    await expectAppliedOnce(id, operation.id);
  });

  it.each([
    ['before the audit record', 'audit', 'before'],
    ['after the audit record', 'audit', 'after'],
    ['before the claim is released', 'users', 'before'],
  ] as const)('%s', async (_, store, when) => {
    processes();
    const { id } = parts.people.one();
    const { operation, message } = await planOne(first, id);
    if (store === 'audit') interrupt(first.audit, 'record', when);
    else interrupt(first.users, 'put', when, { at: 2 });
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await applyChunk(message, second);
    expect(await itemsOf(second, operation)).toMatchObject([{ outcome: 'applied', detail: { from: 'disabled' } }]);
    await expectAppliedOnce(id, operation.id);
  });

  it('is followed by one that knew the user from before, and releases the claim all the same', async () => {
    processes();
    const { id } = parts.people.one({ state: 'disabled' });
    await change(second, { state: 'enabled', users: [id] });
    await change(second, { state: 'disabled', users: [id] });
    const { operation, message } = await planOne(first, id);
    await first.users.load(laneOf(id), [id]);
    interrupt(first.users, 'put', 'before', { at: 2 });
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await applyChunk(message, second);
    expect(await userRow(second, id)).toMatchObject({ state: 'enabled', claim: null, operationId: operation.id });
  });

  it('is followed by one that knew the user from before, and does not take the change for canceled', async () => {
    processes();
    const { id } = parts.people.one({ state: 'disabled' });
    await change(second, { state: 'enabled', users: [id] });
    await change(second, { state: 'disabled', users: [id] });
    const { operation, message } = await planOne(first, id);
    interrupt(first.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await cancelOperation(operation.id, actor, second);
    await applyToEnd(message, { ...second, wait: parts.clock.skip }); // enabled may be the state from before
    expect(await outcomesOf(second, operation)).toEqual(['applied']);
    const [entry] = await historyOf(second, id);
    expect(entry).toMatchObject({ event: 'stateChanged', operationId: operation.id });
  });
});

describe('a finished chunk that is delivered again', () => {
  it('writes nothing a second time', async () => {
    processes();
    const people = parts.people.take(5);
    const operation = await accept(first, { users: people.map(({ id }) => id) });
    const messages = await plan(first, operation);
    for (const message of messages) await applyChunk(message, first);
    const [writes, audit] = [parts.graph.ledger.entries.length, await rowCount(first, 'audit')];
    const rows = await Promise.all(people.map(({ id }) => userRow(first, id)));
    for (const worker of [first, second]) for (const message of messages) await applyChunk(message, worker);
    expect(parts.graph.ledger.entries).toHaveLength(writes);
    expect(await rowCount(first, 'audit')).toBe(audit);
    expect(await Promise.all(people.map(({ id }) => userRow(first, id)))).toEqual(rows);
  });
});

describe('a planner that ends', () => {
  it('before the chunks are stored, decides nothing again', async () => {
    processes();
    const { id, name } = parts.people.one();
    const operation = await accept(first, { users: [name, 'nobody@contoso.com'] });
    interrupt(first.operations, 'keepChunks', 'before');
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    await expect(planPage(message, first)).rejects.toThrow(Crash);
    const decided = await second.operations.getResolution(operation.id, 0);
    parts.graph.directory.delete(parts.graph.directory.find(id) as number);
    const messages = await plan(second, operation);
    expect(messages).toHaveLength(1);
    expect(await second.operations.getResolution(operation.id, 0)).toEqual(decided);
    expect(await historyOfReference('nobody@contoso.com', operation.id)).toBe(1);
  });

  it('before the messages are sent, sends them when it is delivered again', async () => {
    processes();
    const operation = await accept(first, { users: parts.people.take(40).map(({ id }) => id) });
    interrupt(first.queues, 'sendChanges', 'before');
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    const queued = parts.bus.queue('changes').enqueued;
    await expect(planPage(message, first)).rejects.toThrow(Crash);
    expect(parts.bus.queue('changes').enqueued).toBe(queued);
    const { chunks } = await planPage(message, second);
    expect(parts.bus.queue('changes').enqueued).toBe(queued + chunks);
  });

  it('after the messages were sent, sends none a second time', async () => {
    processes();
    const operation = await accept(first, { users: parts.people.take(40).map(({ id }) => id) });
    interrupt(first.queues, 'sendChanges', 'after');
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    await expect(planPage(message, first)).rejects.toThrow(Crash);
    const queued = parts.bus.queue('changes').enqueued;
    await planPage(message, second);
    expect(parts.bus.queue('changes').enqueued).toBe(queued);
  });

  it('twice at the same time, decides once', async () => {
    processes();
    const operation = await accept(first, { users: parts.people.take(40).map(({ name }) => name) });
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    const summaries = await Promise.all([planPage(message, first), planPage(message, second)]);
    expect(summaries[0]).toEqual(summaries[1]);
    expect(await second.operations.getChunks(operation.id, 0)).toHaveLength(summaries[0].chunks);
  });
});

async function historyOfReference(reference: string, operationId: string): Promise<number> {
  let found = 0;
  for await (const row of (await second.open('auditByTime')).listEntities<{ entries0: string }>())
    found += (JSON.parse(row.entries0) as { reference: string; operationId: string }[]).filter(
      (entry) => entry.reference === reference && entry.operationId === operationId,
    ).length;
  return found;
}
