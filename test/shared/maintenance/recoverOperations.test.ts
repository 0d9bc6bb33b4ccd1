import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation, Progress } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
import type { PlanMessage } from '../../../shared/queues/messages.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { failPage } from '../../../shared/stateChange/deadLetters.ts';
import { planPage } from '../../../shared/stateChange/plan.ts';
import { interrupt } from '../../support/interrupt.ts';
import { accept, itemsOf, outcomesOf, plan, run } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
let deps: Dependencies;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
/** Another process on the tables of the test. */
let worker: () => Dependencies;

beforeEach(() => {
  const settings = { TABLES_PREFIX: `t${randomBytes(8).toString('hex')}` };
  worker = () => parts.worker({}, settings);
  deps = worker();
});

const listed = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { operationId } of deps.index.newestFirst()) ids.push(operationId);
  return ids;
};

const queued = (): number => parts.bus.queue('plans').enqueued + parts.bus.queue('expressplans').enqueued;

describe('an operation that was stored and never queued', () => {
  it('is queued minutes later, and carried out', async () => {
    const id = randomUUID();
    const person = parts.people.one({ state: 'disabled' });
    interrupt(deps.queues, 'sendPlans', 'before');
    await expect(accept(deps, { users: [person.id] }, { id })).rejects.toThrow();
    const before = queued();

    const next = worker();
    expect(await recoverOperations(next)).toMatchObject({ requeued: 0 }); // it could still be under way
    parts.clock.advance(next.recoverAfterMs + 1);
    expect(await recoverOperations(next)).toMatchObject({ requeued: 1 });
    expect(queued()).toBe(before + 1);

    const operation = await next.operations.get(id);
    if (operation === undefined) throw new Error('The operation is lost');
    await run(next, operation);
    expect(await outcomesOf(next, operation)).toEqual(['applied']);
  });

  it('is queued for its group too', async () => {
    const [group] = parts.graph.directory.groups.map(({ id }) => id);
    interrupt(deps.queues, 'sendPlans', 'before');
    await expect(accept(deps, { group: group as string, dryRun: true })).rejects.toThrow();
    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toMatchObject({ requeued: 1 });
  });
});

describe('an operation that was not stored to its end', () => {
  it('fails missing references with a reason, and continues with the stored ones', async () => {
    const users = Array.from({ length: 2_500 }, (_, number) => `user${number}@contoso.com`);
    const operation = await accept(deps, { users, dryRun: true });
    const table = await deps.open('operations');
    await table.deleteEntity(operation.id, 'references-00001');

    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toMatchObject({ requeued: 3 });
    await plan(deps, operation);
    const missing = (await itemsOf(deps, operation)).filter(({ detail }) => detail?.code === 'neverStored');
    expect(missing).toMatchObject([{ reference: '(not stored)', outcome: 'failed' }]);
    expect(await deps.progress.read(operation)).toMatchObject({ references: 1_502, counts: { pending: 0 } });
  });

  it('is not accepted when the same request comes again: users of it would never be changed', async () => {
    const users = Array.from({ length: 2_500 }, (_, number) => `user${number}@contoso.com`);
    const operation = await accept(deps, { users, dryRun: true });
    const table = await deps.open('operations');
    await table.deleteEntity(operation.id, 'references-00001');
    expect(await accept(deps, { users, dryRun: true }, { id: operation.id })).toMatchObject({ id: operation.id });

    await table.deleteEntity(operation.id, 'references-00001');
    parts.clock.advance(deps.recoverAfterMs + 1);
    await recoverOperations(deps);
    await expect(accept(deps, { users, dryRun: true }, { id: operation.id })).rejects.toMatchObject({
      status: 409,
      code: 'OperationBrokeOff',
      message: expect.stringContaining('new Operation-Id'),
    });
  });
});

describe('an operation whose last message is gone', () => {
  /** A group of 1,000 users, which is two pages. */
  const everyone = (): string => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'All users');
    if (group === undefined) throw new Error('no such group');
    return group.id;
  };
  const DAY_MS = 24 * 60 * 60_000;
  const progressOf = async (id: string): Promise<Progress> => {
    const operation = await deps.operations.get(id);
    if (operation === undefined) throw new Error('The operation is lost');
    return deps.progress.read(operation);
  };
  /** Recovers, and delivers what was queued, until nothing is queued. */
  async function recoverAll(id: string): Promise<void> {
    const next = worker();
    const sent: PlanMessage[] = [];
    const changes: Parameters<typeof next.queues.sendChanges>[0][number][] = [];
    const queues = {
      ...next.queues,
      sendPlans: async ({ id: operationId }: Operation, pages: readonly number[]) =>
        void sent.push(...pages.map((page): PlanMessage => ({ version: 1, operationId, page }))),
      sendChanges: async (messages: typeof changes) => void changes.push(...messages),
    };
    const delivering = { ...next, queues };
    for (let turn = 0; turn < 5; turn++) {
      await recoverOperations(delivering);
      for (const message of sent.splice(0)) if (message.operationId === id) await planPage(message, delivering);
      for (const { change } of changes.splice(0)) if (change.operationId === id) await applyChunk(change, delivering);
    }
  }

  it('is continued with the next page of its group, after the page before became a dead letter', async () => {
    const { id } = await accept(deps, { group: everyone(), users: undefined, dryRun: true });
    interrupt(deps.queues, 'sendPlans', 'before');
    await expect(planPage({ version: 1, operationId: id, page: 0 }, deps)).rejects.toThrow();
    const before = queued();
    await failPage({ version: 1, operationId: id, page: 0 }, { code: 'deadLettered', message: 'Given up.' }, deps);
    expect(queued()).toBe(before + 1); // the next page, which does not depend on this one
    await planPage({ version: 1, operationId: id, page: 1 }, deps);
    const operation = await deps.operations.get(id);
    expect(operation).toMatchObject({ pageCount: 2 });
    expect(operation && (await itemsOf(deps, operation))).toHaveLength(1_000);
  });

  it.each([
    ['was stored and not decided', ['keepResolution', 'before']],
    ['was stored, and the message of the next one not sent', ['sendPlans', 'before']],
    ['was decided, and its chunks not stored', ['keepChunks', 'before']],
    ['was decided, and the messages of its chunks not sent', ['sendChanges', 'before']],
  ] as const)('ends when a page of its group %s', async (_, [method, when]) => {
    const { id } = await accept(deps, { group: everyone(), users: undefined, dryRun: true });
    if (method === 'sendPlans' || method === 'sendChanges') interrupt(deps.queues, method, when);
    else interrupt(deps.operations, method, when);
    await expect(planPage({ version: 1, operationId: id, page: 0 }, deps)).rejects.toThrow();
    parts.clock.advance(3 * DAY_MS);
    await recoverAll(id);
    expect(await progressOf(id)).toMatchObject({
      references: 1_000,
      counts: { pending: 0 },
      finishedAt: expect.any(String),
    });
  });
});

describe('a rank that was taken by a request that broke off before anything was stored', () => {
  it('is removed', async () => {
    interrupt(deps.operations, 'create', 'before');
    await expect(accept(deps, { users: ['ada@contoso.com'] })).rejects.toThrow();
    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toEqual({ looked: 1, requeued: 0, removed: 1, unreadable: 0 });
    expect(await recoverOperations(deps)).toEqual({ looked: 0, requeued: 0, removed: 0, unreadable: 0 });
  });
});

describe('a finished operation', () => {
  it('is looked at once, and never again', async () => {
    await run(deps, await accept(deps, { users: [parts.people.one().id], dryRun: true }));
    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toEqual({ looked: 1, requeued: 0, removed: 0, unreadable: 0 });
    expect(await recoverOperations(worker())).toMatchObject({ looked: 0 });
  });
});

describe('an operation that cannot be read', () => {
  it('does not keep older ones from being recovered, and is counted', async () => {
    interrupt(deps.queues, 'sendPlans', 'before');
    const person = parts.people.one({ state: 'disabled' });
    await expect(accept(deps, { users: [person.id] })).rejects.toThrow();
    const newer = await accept(deps, { users: ['ada@contoso.com'] });
    const table = await deps.open('operations');
    for (const operation0 of ['{"version":2}', '{"versi']) {
      await table.updateEntity({ partitionKey: newer.id, rowKey: 'header', operation0 }, 'Merge');
      parts.clock.advance(deps.recoverAfterMs + 1);
      expect(await recoverOperations(worker())).toEqual({ looked: 2, requeued: 1, removed: 0, unreadable: 1 });
    }
  });
});

describe('a request that takes longer than recovery waits', () => {
  it('stays in the list of operations', async () => {
    const id = randomUUID();
    interrupt(deps.operations, 'create', 'before', {
      work: async () => {
        parts.clock.advance(deps.recoverAfterMs + 1);
        await recoverOperations(worker());
      },
    });
    await accept(deps, { users: ['ada@contoso.com'] }, { id });
    expect(await listed()).toEqual([id]);
  });

  it('stays in the list when it is stored just before recovery removes its rank', async () => {
    const id = randomUUID();
    const recovering = worker();
    let recovery: Promise<unknown> = Promise.resolve();
    let accepting: Promise<unknown> = Promise.resolve();
    const removing = new Promise<void>((resolve) => {
      interrupt(recovering.index, 'remove', 'before', {
        work: () => {
          resolve();
          return accepting;
        },
      });
    });
    interrupt(deps.operations, 'create', 'before', {
      work: () => {
        parts.clock.advance(deps.recoverAfterMs + 1);
        recovery = recoverOperations(recovering);
        return removing;
      },
    });
    accepting = accept(deps, { users: ['ada@contoso.com'] }, { id });
    await accepting;
    await recovery;
    expect(await listed()).toEqual([id]);
  });

  it('is put into the list again by the same request when it ended before it looked', async () => {
    const id = randomUUID();
    interrupt(deps.operations, 'create', 'before', {
      work: async () => {
        parts.clock.advance(deps.recoverAfterMs + 1);
        await recoverOperations(worker());
      },
    });
    interrupt(deps.index, 'restore', 'before');
    await expect(accept(deps, { users: ['ada@contoso.com'] }, { id })).rejects.toThrow();
    expect(await listed()).toEqual([]);
    await accept(worker(), { users: ['ada@contoso.com'] }, { id });
    expect(await listed()).toEqual([id]);
  });
});

it('does no harm to an operation that is still on its way', async () => {
  const operation = await accept(deps, { users: [parts.people.one({ state: 'disabled' }).id] });
  const before = queued();
  parts.clock.advance(deps.recoverAfterMs + 1);
  expect(await recoverOperations(deps)).toMatchObject({ requeued: 1 });
  expect(queued()).toBe(before); // the queue knows the message
  await run(deps, operation);
  expect(await outcomesOf(deps, operation)).toEqual(['applied']);
});
