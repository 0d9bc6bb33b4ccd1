import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
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

const queued = (): number => parts.bus.queue('plans').enqueued;

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

describe('a rank that was taken by a request that broke off before anything was stored', () => {
  it('is removed', async () => {
    interrupt(deps.operations, 'create', 'before');
    await expect(accept(deps, { users: ['ada@contoso.com'] })).rejects.toThrow();
    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toEqual({ looked: 1, requeued: 0, removed: 1 });
    expect(await recoverOperations(deps)).toEqual({ looked: 0, requeued: 0, removed: 0 });
  });
});

describe('a finished operation', () => {
  it('is looked at once, and never again', async () => {
    await run(deps, await accept(deps, { users: [parts.people.one().id], dryRun: true }));
    parts.clock.advance(deps.recoverAfterMs + 1);
    expect(await recoverOperations(deps)).toEqual({ looked: 1, requeued: 0, removed: 0 });
    expect(await recoverOperations(worker())).toMatchObject({ looked: 0 });
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
