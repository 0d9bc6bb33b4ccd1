import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subjectOf } from '../../../shared/audit/entry.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Actor, Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
import { failPage } from '../../../shared/stateChange/deadLetters.ts';
import { decideApproval } from '../../../shared/stateChange/decideApproval.ts';
import { planPage } from '../../../shared/stateChange/plan.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { accept, applyToEnd, carryOut, outcomesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

// Each test ends one process between two steps of an approval, and lets another do the rest.
const second: Actor = { kind: 'user', id: '22222222-2222-4333-8444-555555555555' };

let parts: Parts;
let first: Dependencies;
let next: Dependencies;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
beforeEach(() => {
  // Tables of its own for each test, so that recovery finds no other operations.
  const settings = { LOWERED_WITHOUT_APPROVAL: '2', MAX_LOWERED_PER_DAY: '100' };
  const own = { ...settings, TABLES_PREFIX: `t${randomUUID().replaceAll('-', '').slice(0, 16)}` };
  first = parts.worker({}, own);
  next = parts.worker({}, own);
});

const queued = (): number => parts.bus.queue('plans').enqueued + parts.bus.queue('expressplans').enqueued;
const planMessage = ({ id }: Operation, page = 0) => ({ version: 1, operationId: id, page }) as const;
const current = async ({ id }: Operation): Promise<Operation> => (await next.operations.get(id)) as Operation;
const statusOf = async (operation: Operation): Promise<string> =>
  (await next.progress.read(await current(operation))).status;

/** The decisions about an operation on the record, newest first. */
async function decisionsAbout({ id }: Operation): Promise<string[]> {
  const subject = subjectOf({ userId: null, reference: '', operationId: id });
  const events: string[] = [];
  for await (const { event } of next.audit.history(laneOf(subject), subject)) events.push(event);
  return events;
}

const disable = (users: string[]): Promise<Operation> => accept(first, { users, state: 'disabled' });
const people = (): string[] => parts.people.take(3, { state: 'enabled' }).map(({ id }) => id);

/** An operation with two pages: users that the tenant does not have, and three who would be lowered. */
async function twoPages(): Promise<Operation> {
  const unknown = Array.from({ length: 999 }, () => randomUUID());
  const operation = await disable([...unknown, ...people()]);
  expect(operation.pageCount).toBe(2);
  return operation;
}

const approve = (deps: Dependencies, operation: Operation): Promise<Operation> =>
  decideApproval(operation, { decision: 'approved', reason: 'checked', approver: second }, deps);

describe('a planner that ends', () => {
  it.each([
    ['before it stores the assessment', 'before'],
    ['after it stored the assessment, before it recorded the request', 'after'],
  ] as const)('%s', async (_, when) => {
    const operation = await disable(people());
    interrupt(first.operations, 'update', when);
    await expect(planPage(planMessage(operation), first)).rejects.toThrow(Crash);
    await planPage(planMessage(operation), next);
    expect(await statusOf(operation)).toBe('AwaitingApproval');
    expect(await decisionsAbout(operation)).toEqual(['approvalRequested', 'operationAccepted']);
  });

  it('before it queues the other pages, of an operation that needs no approval', async () => {
    const operation = await accept(first, {
      users: [...Array.from({ length: 999 }, () => randomUUID()), ...people().slice(0, 2)],
      state: 'disabled',
    });
    await planPage(planMessage(operation, 0), first);
    interrupt(first.queues, 'sendPlans', 'before');
    const before = queued();
    await expect(planPage(planMessage(operation, 1), first)).rejects.toThrow(Crash);
    expect(queued()).toBe(before);
    await planPage(planMessage(operation, 1), next);
    expect(queued()).toBe(before + 1);
    await planPage({ ...planMessage(operation, 0), step: 'carryOut' }, next);
    expect((await next.progress.read(await current(operation))).counts.pending).toBe(1_001);
    expect(await next.operations.getChunks(operation.id, 0)).not.toEqual([]);
  });

  it('for good, after all pages were planned, is followed by recovery', async () => {
    const operation = await disable(people());
    interrupt(first.operations, 'update', 'before');
    await expect(planPage(planMessage(operation), first)).rejects.toThrow(Crash);
    parts.clock.advance(next.recoverAfterMs + 1);
    await recoverOperations(next);
    expect(await statusOf(operation)).toBe('AwaitingApproval');
    expect(await decisionsAbout(operation)).toContain('approvalRequested');
  });

  it('for good, of one page of two, does not keep the other page waiting', async () => {
    const operation = await twoPages();
    await planPage(planMessage(operation, 0), first);
    await failPage(planMessage(operation, 1), { code: 'deadLettered', message: 'It failed.' }, next);
    expect((await current(operation)).assessment).toMatchObject({ lowered: 0, needs: [] });
    await planPage({ ...planMessage(operation, 0), step: 'carryOut' }, next);
    expect(await next.operations.getChunks(operation.id, 0)).not.toEqual([]);
  });
});

describe('an operation of two pages', () => {
  it('waits as a whole until both are planned and it is approved', async () => {
    const operation = await twoPages();
    await planPage(planMessage(operation, 1), first);
    expect((await current(operation)).assessment).toBeUndefined();
    expect(await next.operations.getChunks(operation.id, 1)).toEqual([]);
    await planPage(planMessage(operation, 0), next);
    expect(await statusOf(operation)).toBe('AwaitingApproval');
    const before = queued();
    await approve(next, await current(operation));
    expect(queued()).toBe(before + 2);
    await planPage({ ...planMessage(operation, 1), step: 'carryOut' }, next);
    for (const { key } of await next.operations.getChunks(operation.id, 1))
      await applyToEnd({ version: 1, operationId: operation.id, chunk: key }, next);
    expect((await next.progress.read(await current(operation))).counts.applied).toBe(3);
  });
});

describe('a process that ends after a decision', () => {
  it.each([
    ['before it records the decision', 'recordDecision'],
    ['before it queues the pages', 'sendPlans'],
  ] as const)('%s, is followed by recovery', async (_, step) => {
    const operation = await disable(people());
    await planPage(planMessage(operation), first);
    if (step === 'sendPlans') interrupt(first.queues, 'sendPlans', 'before');
    else interrupt(first, 'recordDecision', 'before');
    await expect(approve(first, await current(operation))).rejects.toThrow(Crash);
    parts.clock.advance(next.recoverAfterMs + 1);
    const before = queued();
    await recoverOperations(next);
    expect(queued()).toBe(before + 1);
    expect((await decisionsAbout(operation)).filter((event) => event === 'operationApproved')).toHaveLength(1);
    for (const message of await carryOut(next, operation, 1)) await applyToEnd(message, next);
    expect(await outcomesOf(next, operation)).toEqual(['applied', 'applied', 'applied']);
  });

  it('is followed by the same call of the same person', async () => {
    const operation = await disable(people());
    await planPage(planMessage(operation), first);
    interrupt(first.queues, 'sendPlans', 'before');
    await expect(approve(first, await current(operation))).rejects.toThrow(Crash);
    const before = queued();
    await approve(next, await current(operation));
    expect(queued()).toBe(before + 1);
  });
});
