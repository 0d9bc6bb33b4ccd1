import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Acknowledgement } from '../../../shared/domain/mfaState.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { unpaced } from '../../../shared/pace/pacer.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { retryOperation } from '../../../shared/stateChange/retry.ts';
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
  run,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
let deps: Dependencies;

beforeAll(async () => {
  parts = await startParts();
  deps = parts.worker();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

const statusOf = async ({ id }: Operation): Promise<string> =>
  (await deps.progress.read((await deps.operations.get(id)) as Operation)).status;

function retry(original: Operation, acknowledge: Acknowledgement[] = [], id = randomUUID()): Promise<Operation> {
  return retryOperation(original, { id, request: { acknowledge }, actor, mayWeaken: true }, deps);
}

describe('canceling', () => {
  it('before planning ends every reference as canceled', async () => {
    const people = parts.people.take(3);
    const operation = await accept(deps, { users: [...people.map(({ id }) => id), 'nobody@contoso.com'] });
    await cancelOperation(operation.id, actor, deps);
    expect(await plan(deps, operation)).toEqual([]);
    expect(await outcomesOf(deps, operation)).toEqual(['canceled', 'canceled', 'canceled', 'canceled']);
    expect(await statusOf(operation)).toBe('Canceled');
    expect(people.flatMap(({ id }) => writesOf(parts.graph, id))).toEqual([]);
  });

  it('before applying leaves the users as they are', async () => {
    const people = parts.people.take(3);
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const messages = await plan(deps, operation);
    await cancelOperation(operation.id, actor, deps);
    for (const message of messages) await applyChunk(message, deps);
    expect(await outcomesOf(deps, operation)).toEqual(['canceled', 'canceled', 'canceled']);
    expect(people.flatMap(({ id }) => writesOf(parts.graph, id))).toEqual([]);
    expect(await historyOf(deps, people[0]?.id as string)).toEqual([]);
  });

  it('in the middle keeps what is done', async () => {
    const people = parts.people.take(40);
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const [first, ...rest] = await plan(deps, operation);
    if (first === undefined) throw new Error('no chunk');
    await applyChunk(first, deps);
    await cancelOperation(operation.id, actor, deps);
    for (const message of rest) await applyChunk(message, deps);
    const outcomes = await outcomesOf(deps, operation);
    expect(new Set(outcomes)).toEqual(new Set(['applied', 'canceled']));
    expect(await statusOf(operation)).toBe('Canceled');
  });

  it('after a crash between the claim and the write leaves the user as they are', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    const crashing = parts.worker();
    await crashing.users.load(laneOf(id), [id]);
    interrupt(crashing.users, 'put', 'after');
    await expect(applyChunk(message, crashing)).rejects.toThrow(Crash);
    await cancelOperation(operation.id, actor, deps);
    const next = parts.worker({ wait: parts.clock.skip });
    await applyToEnd(message, next);
    expect(await outcomesOf(next, operation)).toEqual(['canceled']);
    expect(await userRow(next, id)).toMatchObject({ claim: null });
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await historyOf(next, id)).toEqual([]);
  });

  it('after a crash between the write and its outcome records the change', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    const crashing = parts.worker();
    parts.graph.tenant.changeSettings({ readLagMs: 60_000 });
    onTestFinished(() => parts.graph.tenant.changeSettings({ readLagMs: 0 }));
    interrupt(crashing.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, crashing)).rejects.toThrow(Crash);
    await cancelOperation(operation.id, actor, deps);
    const next = parts.worker({ wait: parts.clock.skip });
    await applyToEnd(message, next);
    expect(await outcomesOf(next, operation)).toEqual(['applied']);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
    expect(await historyOf(next, id)).toMatchObject([{ event: 'stateChanged', from: 'disabled', to: 'enabled' }]);
  });

  it('between two rounds of a chunk leaves the users as they are who wait for the quota', async () => {
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const [message] = await plan(deps, operation);
    if (message === undefined) throw new Error('no chunk');
    const worker = parts.worker({ pacer: { ...unpaced, reserve: async () => ({ at: 0, writes: 1 }) } });
    interrupt(worker.operations, 'putOutcomes', 'after', {
      work: () => cancelOperation(operation.id, actor, deps),
    });
    await applyChunk(message, worker);
    expect(await outcomesOf(deps, operation)).toEqual(['applied', 'canceled', 'canceled']);
  });

  it('is recorded once, with who canceled, whose operation it was, and how many users had no result', async () => {
    const operation = await accept(deps, { users: parts.people.take(3).map(({ id }) => id), reason: 'new accounts' });
    const first = { kind: 'user', id: randomUUID(), name: 'Ben' } as const;
    await expect(
      cancelOperation(operation.id, first, {
        ...deps,
        recordDecision: async () => {
          throw new Crash('before the entry');
        },
      }),
    ).rejects.toThrow(Crash);
    for (const caller of [first, actor, { ...actor, kind: 'application' } as const])
      await cancelOperation(operation.id, caller, deps);
    expect(
      (await historyOf(deps, `decision-${operation.id}`)).filter(({ event }) => event !== 'operationAccepted'),
    ).toMatchObject([
      { event: 'operationCanceled', actor: first, requestedBy: actor, users: 3, reason: 'new accounts', to: 'enabled' },
    ]);
  });

  it('again, or after the end, changes nothing', async () => {
    const operation = await accept(deps, { users: [parts.people.one().id] });
    await run(deps, operation);
    const canceled = await cancelOperation(operation.id, actor, deps);
    expect(await cancelOperation(operation.id, { ...actor, id: 'another' }, deps)).toEqual(canceled);
    expect(await statusOf(operation)).toBe('Succeeded');
    expect(await cancelOperation(randomUUID(), actor, deps)).toBeUndefined();
  });
});

describe('retrying', () => {
  it('is a new operation of what was refused and failed', async () => {
    const done = parts.people.one({ state: 'disabled', registered: true });
    const unregistered = parts.people.one({ state: 'disabled', registered: false });
    const gone = randomUUID();
    const original = await accept(deps, {
      state: 'enforced',
      users: [unregistered.name, gone, done.id, 'nobody@contoso.com'],
      reason: 'Onboarding',
    });
    await run(deps, original);
    const retried = await retry(original, ['legacyAuthInterruption']);
    expect(retried).toMatchObject({
      kind: 'retry',
      retryOf: original.id,
      sequence: original.sequence,
      reason: 'Onboarding',
      targetState: 'enforced',
      acknowledge: ['legacyAuthInterruption'],
    });
    expect(retried.rank > original.rank).toBe(true);
    const items = await run(deps, retried);
    expect(items.map(({ userId, outcome }) => [userId, outcome])).toEqual([
      [unregistered.id, 'applied'],
      [gone, 'failed'],
      [null, 'failed'],
    ]);
  });

  it('does not change a user that a newer operation has changed', async () => {
    const person = parts.people.one({ state: 'disabled', registered: false });
    const original = await accept(deps, { state: 'enforced', users: [person.id] });
    expect(await run(deps, original)).toMatchObject([{ outcome: 'refused' }]);
    await change(deps, { state: 'enabled', users: [person.id] });
    const retried = await retry(original, ['legacyAuthInterruption']);
    expect(await run(deps, retried)).toMatchObject([{ outcome: 'superseded' }]);
    expect(writesOf(parts.graph, person.id).map(({ to }) => to)).toEqual(['enabled']);
  });

  it('again with the same id is the same operation', async () => {
    const original = await accept(deps, { users: ['nobody@contoso.com'] });
    await run(deps, original);
    const id = randomUUID();
    expect(await retry(original, [], id)).toEqual(await retry(original, [], id));
    await expect(accept(deps, { users: ['nobody@contoso.com'] }, { id })).rejects.toMatchObject({ status: 409 });
  });

  it('is refused until the operation has finished', async () => {
    const original = await accept(deps, { users: [parts.people.one().id] });
    await expect(retry(original)).rejects.toMatchObject({ status: 409, code: 'OperationNotFinished' });
  });

  it('needs something to repeat', async () => {
    const original = await accept(deps, { users: [parts.people.one().id] });
    await run(deps, original);
    await expect(retry(original)).rejects.toMatchObject({ status: 409, code: 'NothingToRetry' });
  });

  it('asks for a group again that could not be found', async () => {
    const group = randomUUID();
    const original = await accept(deps, { group, users: undefined });
    await plan(deps, original);
    const planned = (await deps.operations.get(original.id)) as Operation;
    const retried = await retry(planned);
    expect(retried).toMatchObject({ group, references: 0 });
    await plan(deps, retried);
    expect(await itemsOf(deps, retried)).toMatchObject([{ reference: group, outcome: 'failed' }]);
  });
});
