import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/operation.ts';
import { UnavailableError } from '../../../shared/errors.ts';
import type { Proposal } from '../../../shared/stateChange/accept.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { mortal } from '../../support/mortal.ts';
import { accept, actor, itemsOf, plan } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());

const names = (count: number): string[] => Array.from({ length: count }, (_, number) => `user${number}@contoso.com`);
const queued = (): number => parts.bus.queue('plans').enqueued + parts.bus.queue('expressplans').enqueued;

describe('a request that is sent again', () => {
  it('is the same operation, and queues nothing a second time', async () => {
    const deps = parts.worker();
    const id = randomUUID();
    const before = queued();
    const operation = await accept(deps, { users: names(2_000) }, { id });
    expect(queued()).toBe(before + 3);
    expect(await accept(parts.worker(), { users: names(2_000).map((name) => name.toUpperCase()) }, { id })).toEqual(
      operation,
    );
    expect(queued()).toBe(before + 3);
  });

  it('is refused when it asks for something else', async () => {
    const deps = parts.worker();
    const id = randomUUID();
    await accept(deps, { users: names(3) }, { id });
    for (const other of [
      { users: names(4) },
      { users: names(3), reason: 'another' },
      { users: names(3), dryRun: true },
    ])
      await expect(accept(deps, other, { id })).rejects.toMatchObject({ status: 409, code: 'OperationIdConflict' });
  });

  it('is refused to any other caller, whatever was stored by then', async () => {
    const request = { users: names(1_000) };
    const others: readonly Partial<Proposal>[] = [
      { actor: { ...actor, id: '22222222-2222-4333-8444-555555555555' } },
      { actor: { ...actor, kind: 'application' } },
      { actor: { ...actor, kind: 'service' } },
      { kind: 'retry' },
    ];
    for (const isComplete of [true, false]) {
      const deps = parts.worker();
      const id = randomUUID();
      if (isComplete) await accept(deps, request, { id });
      else {
        interrupt(deps.queues, 'sendPlans', 'before');
        await expect(accept(deps, request, { id })).rejects.toThrow(UnavailableError);
      }
      const before = queued();
      for (const other of others)
        await expect(accept(parts.worker(), request, { id, ...other })).rejects.toMatchObject({
          status: 409,
          code: 'OperationIdConflict',
        });
      expect(queued()).toBe(before);
      expect((await deps.operations.get(id))?.actor).toEqual(actor);
    }
  });

  it('at the same time is one operation', async () => {
    const id = randomUUID();
    const before = queued();
    const operations = await Promise.all(
      Array.from({ length: 6 }, () => accept(parts.worker(), { users: names(1_500) }, { id })),
    );
    for (const operation of operations) expect(operation).toEqual(operations[0]);
    expect(queued()).toBe(before + 2);
  });

  it.each([
    ['its operation was stored', 'create', 'after'],
    ['it got its rank', 'create', 'before'],
    ['it was queued', 'sendPlans', 'before'],
    ['it could be answered', 'sendPlans', 'after'],
  ] as const)('after it broke off around the time that %s is completed', async (_, method, when) => {
    const deps = parts.worker();
    const id = randomUUID();
    const before = queued();
    if (method === 'create') interrupt(deps.operations, method, when);
    else interrupt(deps.queues, method, when);
    const broken = await accept(deps, { users: names(1_000) }, { id }).catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(UnavailableError);
    expect((broken as Error).cause).toBeInstanceOf(Crash);
    const operation = await accept(parts.worker(), { users: names(1_000) }, { id });
    expect(queued()).toBe(before + 2);
    expect(await itemsOf(deps, operation)).toHaveLength(1_000);
  });
});

describe('a request that broke off between two transactions of its references', () => {
  it('stores the others when it is sent again', async () => {
    const deps = parts.worker();
    const id = randomUUID();
    const users = names(15_000).map((name) => `${'a'.repeat(180)}${name.replace('@', `@${'b'.repeat(100)}.`)}`);
    await expect(accept(mortal(deps, 2, 'before'), { users, dryRun: true }, { id })).rejects.toThrow(UnavailableError);
    const { stored } = await deps.operations.pageNumbers(id);
    expect(stored.size).toBeGreaterThan(0);
    expect(stored.size).toBeLessThan(16);

    const operation = await accept(parts.worker(), { users, dryRun: true }, { id });
    expect(operation).toMatchObject({ id, pageCount: 16 });
    const references: string[] = [];
    for (let page = 0; page < 16; page++)
      references.push(...((await deps.operations.getReferences(id, page))?.references ?? []));
    expect(references).toEqual(users);
  });
});

describe('a large request', () => {
  it('of 100,000 references takes a hundred messages, and keeps every reference', async () => {
    const deps = parts.worker();
    const before = queued();
    const operation = await accept(deps, { users: names(100_000) });
    expect(operation).toMatchObject({ references: 100_000, pageCount: 101 });
    expect(queued()).toBe(before + 101);
    const last = await deps.operations.getReferences(operation.id, 100);
    expect(last?.references.at(-1)).toBe('user99999@contoso.com');
  });
});

describe('the order of operations', () => {
  it('is that of acceptance, across processes and whatever their clocks say', async () => {
    const slow = parts.worker({}, { TABLES_PREFIX: `${parts.environment.TABLES_PREFIX}o` });
    const fast = parts.worker({}, { TABLES_PREFIX: `${parts.environment.TABLES_PREFIX}o` });
    const operations: Operation[] = [];
    for (let turn = 0; turn < 6; turn++) {
      if (turn === 3) parts.clock.advance(-60_000);
      operations.push(await accept(turn % 2 === 0 ? slow : fast, { users: names(1) }));
    }
    parts.clock.advance(60_000);
    const sequences = operations.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort());
    const listed: string[] = [];
    for await (const entry of slow.index.newestFirst()) listed.push(entry.operationId);
    expect(listed).toEqual(operations.map(({ id }) => id).reverse());
  });

  it('has a rank of its own for each of many at the same time', async () => {
    const workers = Array.from({ length: 4 }, () => parts.worker());
    const accepted = await Promise.all(
      Array.from({ length: 24 }, (_, number) => accept(workers[number % 4] ?? parts.worker(), { users: names(1) })),
    );
    expect(new Set(accepted.map(({ sequence }) => sequence)).size).toBe(24);
  });
});

describe('planning an operation that was accepted twice', () => {
  it('plans it once', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const operationId = randomUUID();
    await accept(deps, { users: [id] }, { id: operationId });
    const operation = await accept(deps, { users: [id] }, { id: operationId });
    expect(await plan(deps, operation)).toEqual(await plan(parts.worker(), operation));
  });
});
