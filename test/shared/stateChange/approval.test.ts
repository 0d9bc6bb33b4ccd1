import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { type ApprovalDecision, decideApproval } from '../../../shared/stateChange/decideApproval.ts';
import { retryOperation } from '../../../shared/stateChange/retry.ts';
import { accept, actor, applyToEnd, carryOut, itemsOf, plan, run, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person, Wanted } from '../../support/people.ts';

const HOUR_MS = 3_600_000;
const second: Actor = { kind: 'user', id: '22222222-2222-4333-8444-555555555555', name: 'a second person' };
const third: Actor = { kind: 'user', id: '33333333-2222-4333-8444-555555555555' };

let parts: Parts;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

/** A process; two users may be lowered without approval, and each test has a day of its own. */
function worker(settings: Readonly<Record<string, string>> = {}): Dependencies {
  return parts.worker({}, { LOWERED_WITHOUT_APPROVAL: '2', MAX_LOWERED_PER_DAY: '100', ...settings });
}

const idsOf = (people: readonly Person[]): string[] => people.map(({ id }) => id);
const take = (count: number, state: NonNullable<Wanted['state']>): string[] =>
  idsOf(parts.people.take(count, { state }));
const current = async (deps: Dependencies, { id }: Operation): Promise<Operation> =>
  (await deps.operations.get(id)) as Operation;
const statusOf = async (deps: Dependencies, operation: Operation): Promise<string> =>
  (await deps.progress.read(await current(deps, operation))).status;
const codesOf = async (deps: Dependencies, operation: Operation): Promise<string[]> =>
  (await itemsOf(deps, operation)).map(({ outcome, detail }) => detail?.code ?? outcome);
const isWritten = (id: string): boolean => writesOf(parts.graph, id).length > 0;

async function decide(
  deps: Dependencies,
  operation: Operation,
  decision: ApprovalDecision['decision'] = 'approved',
  approver = second,
): Promise<Operation> {
  return decideApproval(await current(deps, operation), { decision, reason: 'checked', approver }, deps);
}

/** Delivers the messages that an operation with a decision has queued. */
async function finish(deps: Dependencies, operation: Operation): Promise<string[]> {
  for (const message of await carryOut(deps, operation, 1)) await applyToEnd(message, deps);
  return codesOf(deps, operation);
}

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

describe('the daily limit', () => {
  const tooMany = { MAX_LOWERED_PER_DAY: '2', LOWERED_WITHOUT_APPROVAL: '50' };

  /** A day that no other test counts users on. */
  function onANewDay(): Dependencies {
    parts.clock.advance(24 * HOUR_MS);
    return worker(tooMany);
  }

  it('lowers none of the users of an operation that exceeds it', async () => {
    const deps = onANewDay();
    const users = take(3, 'enabled');
    const operation = await accept(deps, { users, state: 'disabled' });
    const items = await run(deps, operation);
    expect(items.map(({ detail }) => detail?.code)).toEqual(Array(3).fill('dailyLoweringLimit'));
    expect(items[0]?.detail?.message).toContain('3 users');
    expect(await deps.dailyLimit.left()).toBe(2);
  });

  it('is exceeded by an operation that acknowledges it and is approved, and leaves the others their share', async () => {
    const deps = onANewDay();
    const operation = await accept(deps, {
      users: take(3, 'enabled'),
      state: 'disabled',
      acknowledge: ['dailyLimit'],
    });
    await plan(deps, operation);
    expect((await current(deps, operation)).assessment?.needs).toEqual(['dailyLimit']);
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'applied', 'applied']);
    expect((await itemsOf(deps, operation))[0]?.detail?.overrides).toEqual(['dailyLimit']);
    expect(await deps.dailyLimit.left()).toBe(2);
  });

  it('costs nothing for users who are disabled already', async () => {
    const deps = onANewDay();
    const users = [...take(2, 'enabled'), ...take(3, 'disabled')];
    for (let times = 0; times < 2; times++)
      for (const { outcome } of await run(deps, await accept(deps, { users, state: 'disabled' })))
        expect(['applied', 'unchanged']).toContain(outcome);
    expect(await deps.dailyLimit.left()).toBe(0);
  });
});

describe('a privileged account', () => {
  function administrator(): string {
    const { id, index } = parts.people.one({ state: 'enforced' });
    parts.graph.directory.assignRole({ user: index });
    return id;
  }

  it('is refused without an acknowledgement, and the others are lowered', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, { users: [id, ...take(1, 'enabled')], state: 'disabled' });
    await run(deps, operation);
    expect(await codesOf(deps, operation)).toEqual(['privilegedAccount', 'applied']);
    expect((await current(deps, operation)).assessment).toMatchObject({ lowered: 1, needs: [] });
  });

  it('is lowered when a second person has approved it', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, { users: [id], state: 'disabled', acknowledge: ['privileged'] });
    expect(await plan(deps, operation)).toEqual([]);
    expect((await current(deps, operation)).assessment).toMatchObject({ privileged: [id], needs: ['privileged'] });
    expect(isWritten(id)).toBe(false);
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied']);
    expect((await itemsOf(deps, operation))[0]?.detail?.overrides).toEqual(['privileged']);
  });

  it('is not covered by an approval when it got the role after the assessment', async () => {
    const deps = worker();
    const known = administrator();
    const late = parts.people.one({ state: 'enabled' });
    const operation = await accept(deps, {
      users: [known, late.id],
      state: 'disabled',
      acknowledge: ['privileged'],
    });
    await plan(deps, operation);
    parts.graph.directory.assignRole({ user: late.index });
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'privilegedAccount']);
  });

  it('is shown by a dry run as the approval allows it', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, {
      users: [id],
      state: 'disabled',
      acknowledge: ['privileged'],
      dryRun: true,
    });
    expect((await run(deps, operation)).map(({ outcome }) => outcome)).toEqual(['wouldChange']);
    expect((await current(deps, operation)).assessment?.needs).toEqual(['privileged']);
  });
});

describe('a dry run', () => {
  it('never waits, and shows what the real request would need', async () => {
    const deps = worker();
    const users = take(3, 'enabled');
    const operation = await accept(deps, { users, state: 'disabled', dryRun: true });
    expect((await run(deps, operation)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('wouldChange'));
    expect((await current(deps, operation)).assessment).toMatchObject({ lowered: 3, needs: ['manyUsers'] });
    expect((await current(deps, operation)).approval).toBeUndefined();
    expect(users.some(isWritten)).toBe(false);
  });
});

describe('the moment of writing', () => {
  it('lowers no user of an operation that waits, whatever the queue delivers', async () => {
    const deps = { ...worker(), wait: parts.clock.skip, retryBudgetMs: 1_000 };
    const users = take(3, 'enabled');
    const operation = await waiting(deps, users);
    const [chunk] = await forgeChunks(deps, operation, users);
    await expect(applyChunk(chunk, deps)).rejects.toThrow();
    expect(users.some(isWritten)).toBe(false);
  });

  it('covers no user who was raised after the assessment of an approved operation', async () => {
    const deps = worker();
    const raised = take(1, 'disabled');
    const operation = await waiting(deps, [...take(3, 'enabled'), ...raised]);
    await run(deps, await accept(deps, { users: raised, state: 'enabled' }, { sequence: '0' }));
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'applied', 'applied', 'assessmentOutdated']);
  });

  it('covers users of a small operation who were raised meanwhile', async () => {
    const deps = worker();
    const [id] = take(1, 'disabled');
    const operation = await accept(deps, { users: [id as string], state: 'disabled' });
    const [message] = await plan(deps, operation);
    await run(deps, await accept(deps, { users: [id as string], state: 'enabled' }, { sequence: '0' }));
    await applyToEnd(message as NonNullable<typeof message>, deps);
    expect(await codesOf(deps, operation)).toEqual(['applied']);
  });
});

/** Chunks of an operation that planning has not made. */
async function forgeChunks(deps: Dependencies, { id }: Operation, users: readonly string[]) {
  const { cutChunks } = await import('../../../shared/operations/chunk.ts');
  const chunks = cutChunks(
    0,
    users.map((user) => ({ id: user, reference: user, lowers: true as const })),
    { notes: [], overrides: [] },
  );
  await deps.operations.keepChunks(id, chunks);
  return chunks.map(({ key }) => ({ version: 1, operationId: id, chunk: key }) as const) as [
    { version: 1; operationId: string; chunk: string },
  ];
}
