import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { retryOperation } from '../../../shared/stateChange/retry.ts';
import { current, decide, finish, second, statusOf } from '../../support/approvals.ts';
import { accept, actor, plan, run, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Wanted } from '../../support/people.ts';

const HOUR_MS = 3_600_000;
const third: Actor = { kind: 'user', id: '33333333-2222-4333-8444-555555555555' };

let parts: Parts;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

/** A process; two users may be lowered without approval. */
function worker(settings: Readonly<Record<string, string>> = {}): Dependencies {
  return parts.worker({}, { LOWERED_WITHOUT_APPROVAL: '2', MAX_LOWERED_PER_DAY: '100', ...settings });
}

const take = (count: number, state: NonNullable<Wanted['state']>): string[] =>
  parts.people.take(count, { state }).map(({ id }) => id);
const isWritten = (id: string): boolean => writesOf(parts.graph, id).length > 0;

/** An operation that waits, because it would disable three enabled users. */
async function waiting(deps: Dependencies, users: string[] = take(3, 'enabled')): Promise<Operation> {
  const operation = await accept(deps, { users, state: 'disabled' });
  expect(await plan(deps, operation)).toEqual([]);
  expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
  return current(deps, operation);
}

describe('an operation that lowers many users at once', () => {
  it('waits, and is carried out when a second person approves it', async () => {
    const deps = worker();
    const users = take(3, 'enabled');
    const operation = await waiting(deps, [...users, ...take(1, 'disabled')]);
    expect(operation.assessment).toMatchObject({ candidates: 4, lowered: 3, needs: ['manyUsers'] });
    expect(users.some(isWritten)).toBe(false);
    expect(await decide(deps, operation)).toMatchObject({
      approval: { decision: 'approved', decidedBy: second, reason: 'checked' },
    });
    expect(await finish(deps, operation)).toEqual(['applied', 'applied', 'applied', 'unchanged']);
    expect(await statusOf(deps, operation)).toBe('Succeeded');
  });

  it('lowers no user when it is rejected, and changes the others', async () => {
    const deps = worker();
    const lowered = take(3, 'enforced');
    const operation = await waiting(deps, lowered);
    await decide(deps, operation, 'rejected');
    expect(await finish(deps, operation)).toEqual(['approvalRejected', 'approvalRejected', 'approvalRejected']);
    expect(lowered.some(isWritten)).toBe(false);
  });

  it('lowers no user when no approval comes in time', async () => {
    const deps = worker({ APPROVAL_HOURS: '2' });
    const operation = await waiting(deps);
    parts.clock.advance(2 * HOUR_MS - 60_000);
    await recoverOperations(deps);
    expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
    parts.clock.advance(120_000);
    await expect(decide(deps, operation)).rejects.toMatchObject({ status: 409, code: 'ApprovalExpired' });
    expect(await finish(deps, operation)).toEqual(['approvalExpired', 'approvalExpired', 'approvalExpired']);
  });

  it('ends by the recovery timer when no approval comes in time', async () => {
    const deps = worker();
    const operation = await waiting(deps);
    parts.clock.advance(24 * HOUR_MS + 1);
    await recoverOperations(deps);
    expect((await current(deps, operation)).approval).toMatchObject({ decision: 'expired', decidedBy: null });
    expect(await finish(deps, operation)).toEqual(['approvalExpired', 'approvalExpired', 'approvalExpired']);
  });

  it('ends when it is canceled while it waits', async () => {
    const deps = worker();
    const operation = await waiting(deps);
    const queued = parts.bus.queue('expressplans').enqueued;
    await cancelOperation(operation.id, actor, deps);
    expect(parts.bus.queue('expressplans').enqueued).toBe(queued + 1);
    await expect(decide(deps, operation)).rejects.toMatchObject({ status: 409, code: 'NotAwaitingApproval' });
    expect(await finish(deps, operation)).toEqual(['canceled', 'canceled', 'canceled']);
    expect(await statusOf(deps, operation)).toBe('Canceled');
  });

  it('does not wait when few users really are lowered, however many it names', async () => {
    const deps = worker();
    const operation = await accept(deps, {
      users: [...take(2, 'enabled'), ...take(4, 'disabled')],
      state: 'disabled',
    });
    expect((await run(deps, operation)).map(({ outcome }) => outcome)).toEqual([
      'applied',
      'applied',
      'unchanged',
      'unchanged',
      'unchanged',
      'unchanged',
    ]);
  });

  it('counts lowering from enforced to enabled too', async () => {
    const deps = worker();
    const users = take(3, 'enforced');
    const operation = await accept(deps, { users, state: 'enabled', acknowledge: ['weaken'] });
    expect(await plan(deps, operation)).toEqual([]);
    expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
  });

  it('waits with a limit of 0 for one user', async () => {
    const deps = worker({ LOWERED_WITHOUT_APPROVAL: '0' });
    await waiting(deps, take(1, 'enabled'));
  });

  it('counts a user whose state Graph does not show', async () => {
    const deps = { ...worker(), wait: parts.clock.skip };
    const users = take(3, 'disabled');
    parts.graph.faults.add({
      match: { method: 'GET', path: `/users/${users[0]}/authentication/requirements`, batchItem: true },
      fault: { status: 500 },
    });
    const operation = await accept(deps, { users: [...users, ...take(2, 'enabled')], state: 'disabled' });
    expect(await plan(deps, operation)).toEqual([]);
    expect((await current(deps, operation)).assessment).toMatchObject({ lowered: 3 });
  });
});

describe('the decision of a second person', () => {
  it('is refused to the requester', async () => {
    const deps = worker();
    const operation = await waiting(deps);
    for (const decision of ['approved', 'rejected'] as const)
      await expect(decide(deps, operation, decision, actor)).rejects.toMatchObject({
        status: 403,
        code: 'ApproverIsRequester',
      });
    expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
  });

  it('is refused to an application by itself', async () => {
    const deps = worker();
    const operation = await waiting(deps);
    await expect(decide(deps, operation, 'approved', { kind: 'application', id: randomUUID() })).rejects.toMatchObject({
      status: 403,
      code: 'ApproverNotPerson',
    });
  });

  it('is refused to the requesters of all operations that are retried', async () => {
    const deps = worker();
    let operation = await waiting(deps);
    for (const requester of [second, third]) {
      await decide(deps, operation, 'rejected', { kind: 'user', id: randomUUID() });
      await finish(deps, operation);
      const retry = { id: randomUUID(), request: { acknowledge: [] }, actor: requester, mayWeaken: true };
      operation = await retryOperation(await current(deps, operation), retry, deps);
      await plan(deps, operation);
      expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
    }
    for (const requester of [actor, second, third])
      await expect(decide(deps, operation, 'approved', requester)).rejects.toMatchObject({ status: 403 });
  });

  it('is taken once, and may be repeated', async () => {
    const deps = worker();
    const operation = await waiting(deps);
    const decided = await decide(deps, operation);
    expect((await decide(deps, operation)).approval).toEqual(decided.approval);
    const again = { status: 409, code: 'ApprovalDecided' };
    await expect(decide(deps, operation, 'rejected')).rejects.toMatchObject(again);
    await expect(decide(deps, operation, 'approved', third)).rejects.toMatchObject(again);
    expect((await current(deps, operation)).approval).toEqual(decided.approval);
  });

  it('is refused for an operation that needs none', async () => {
    const deps = worker();
    const operation = await accept(deps, { users: take(1, 'enabled'), state: 'disabled' });
    const notWaiting = { status: 409, code: 'NotAwaitingApproval' };
    await expect(decide(deps, operation)).rejects.toMatchObject(notWaiting);
    await run(deps, operation);
    await expect(decide(deps, operation)).rejects.toMatchObject(notWaiting);
  });
});
