import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import { RetryLaterError } from '../../../shared/errors.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../../../shared/users/claim.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import {
  accept,
  change,
  historyOf,
  itemsOf,
  outcomesOf,
  plan,
  planOne,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { waitUntil } from '../../support/waitUntil.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => {
  parts.graph.faults.remove();
  parts.graph.tenant.changeSettings({ readLagMs: 0, promotionDelayMs: null, latencyMs: 0 });
});

describe('two operations on one user', () => {
  it('in the order of acceptance are both applied', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const older = await planOne(deps, id, { state: 'enabled' });
    const newer = await planOne(deps, id, { state: 'disabled' });
    await applyChunk(older.message, deps);
    await applyChunk(newer.message, deps);
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enabled', 'disabled']);
    expect(await historyOf(deps, id)).toMatchObject([
      { from: 'enabled', to: 'disabled' },
      { from: 'disabled', to: 'enabled' },
    ]);
  });

  it('in the other order leave the user as the newer one wants', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const older = await planOne(deps, id, { state: 'enabled' });
    const newer = await planOne(deps, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    await applyChunk(newer.message, deps);
    await applyChunk(older.message, parts.worker());
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enforced']);
    expect(await outcomesOf(deps, older.operation)).toEqual(['superseded']);
    expect((await historyOf(deps, id)).map(({ event, related }) => [event, related])).toEqual([
      ['stateChangeSuperseded', newer.operation.id],
      ['stateChanged', undefined],
    ]);
  });

  it('are ordered also when the newer one had nothing to write', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const older = await planOne(deps, id, { state: 'enabled' });
    const newer = await planOne(deps, id, { state: 'disabled' });
    await applyChunk(newer.message, deps);
    await applyChunk(older.message, parts.worker());
    expect(await outcomesOf(deps, newer.operation)).toEqual(['unchanged']);
    expect(await outcomesOf(deps, older.operation)).toEqual(['superseded']);
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('at the same time, by two workers, end as the newer one wants', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    const people = parts.people.take(6, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
    const users = people.map(({ id }) => id);
    const [older, newer] = [await accept(one, { users }), await accept(one, { users, state: 'disabled' })];
    const [[olderMessage], [newerMessage]] = [await plan(one, older), await plan(one, newer)];
    if (olderMessage === undefined || newerMessage === undefined) throw new Error('no chunks');
    await Promise.all([applyChunk(olderMessage, one), applyChunk(newerMessage, two)]);
    for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(0);
  });
});

describe('a promotion', () => {
  const promotion = { kind: 'promotion', sequence: '0'.repeat(15) } as const;

  it('does not change a user that a request accepted after it has set to enabled', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one({ state: 'enabled', registered: true });
    const promoted = await planOne(deps, id, { state: 'enforced' }, promotion);
    expect(await change(deps, { users: [id], state: 'enabled' })).toMatchObject([{ outcome: 'unchanged' }]);
    await applyChunk(promoted.message, deps);
    expect(await itemsOf(deps, promoted.operation)).toMatchObject([
      { outcome: 'superseded', detail: { code: 'newerOperation' } },
    ]);
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('neither stops nor supersedes a request that was accepted before it', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one({ state: 'enabled', registered: true });
    const made = await change(deps, { users: [id], state: 'enabled' });
    expect(made).toMatchObject([{ outcome: 'unchanged' }]);
    const requested = await planOne(deps, id, { state: 'disabled' });
    const promoted = await planOne(deps, id, { state: 'enforced' }, promotion);
    await applyChunk(promoted.message, deps);
    await applyChunk(requested.message, deps);
    expect(writesOf(parts.graph, id).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'enabled enforced',
      'enforced disabled',
    ]);
  });
});

describe('two workers on one chunk at the same time', () => {
  it('agree on one outcome, with one entry and the true state before', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    parts.graph.tenant.changeSettings({ latencyMs: 30 });
    const people = parts.people.take(8, { state: 'disabled', where: ({ id }) => laneOf(id) === '05' });
    const operation = await accept(one, { users: people.map(({ id }) => id) });
    const [message] = await plan(one, operation);
    if (message === undefined) throw new Error('no chunk');
    await Promise.all([applyChunk(message, one), applyChunk(message, two)]);
    expect(await outcomesOf(one, operation)).toEqual(people.map(() => 'applied'));
    for (const { id } of people) {
      expect(await historyOf(one, id)).toMatchObject([{ event: 'stateChanged', from: 'disabled' }]);
      expect(await userRow(one, id)).toMatchObject({ claim: null, state: 'enabled' });
    }
  });
});

describe('a change that another operation has under way', () => {
  it('is waited for', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const older = await planOne(one, id, { state: 'enabled' });
    const newer = await planOne(two, id, { state: 'disabled' });
    interrupt(one.operations, 'putOutcomes', 'before');
    await expect(applyChunk(older.message, one)).rejects.toThrow(Crash);

    let over = false;
    const waiting = applyChunk(newer.message, two).finally(() => {
      over = true;
    });
    const reads = () => parts.graph.counters.batchItems['requirements.read'] ?? 0;
    const before = reads();
    await waitUntil(() => reads() > before + 1, 'the newer change has looked again');
    expect(over).toBe(false);
    await applyChunk(older.message, one);
    await waiting;
    expect(writesOf(parts.graph, id).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'disabled enabled',
      'enabled disabled',
    ]);
    expect(await historyOf(two, id)).toHaveLength(2);
  });

  it('does not supersede an older one, which is made when the newer one fails', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    const { id, index } = parts.people.one();
    const older = await planOne(one, id, { state: 'enabled' });
    const newer = await planOne(two, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    interrupt(two.operations, 'fenceChunk', 'before');
    await expect(applyChunk(newer.message, two)).rejects.toThrow(Crash); // claimed, and not written
    const waiting = applyChunk(older.message, one);
    parts.graph.faults.add({
      match: { method: 'PATCH', path: id },
      times: 1,
      fault: { status: 400, code: 'badRequest' },
    });
    await applyChunk(newer.message, two);
    await waiting;
    expect(await outcomesOf(one, newer.operation)).toEqual(['failed']);
    expect(await outcomesOf(one, older.operation)).toEqual(['applied']);
    expect(parts.graph.directory.columns.states[index]).toBe(1);
  });

  it('keeps its claim when an older change that is finished is delivered again', async () => {
    const [deps, ended] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const older = await planOne(deps, id, { state: 'enabled' });
    await applyChunk(older.message, deps);
    const newer = await planOne(ended, id, { state: 'disabled' });
    interrupt(ended.operations, 'putOutcomes', 'before');
    await expect(applyChunk(newer.message, ended)).rejects.toThrow(Crash);
    await applyChunk(older.message, parts.worker());
    expect(await userRow(deps, id)).toMatchObject({ claim: { operationId: newer.operation.id }, state: 'enabled' });
  });

  it('is waited for also by a worker that knew the user from before', async () => {
    const [one, two] = [parts.worker(), parts.worker({ retryBudgetMs: 700 })];
    const { id } = parts.people.one();
    await change(two, { users: [id], state: 'enabled' });
    const older = await planOne(one, id, { state: 'disabled' });
    const newer = await planOne(two, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    interrupt(one.operations, 'putOutcomes', 'before');
    await expect(applyChunk(older.message, one)).rejects.toThrow(Crash);
    await expect(applyChunk(newer.message, two)).rejects.toThrow(RetryLaterError);
    await applyChunk(older.message, one);
    await applyChunk(newer.message, two);
    expect(await historyOf(two, id)).toMatchObject([
      { from: 'disabled', to: 'enforced' },
      { from: 'enabled', to: 'disabled' },
      { from: 'disabled', to: 'enabled' },
    ]);
  });

  it('is left for later when it takes too long, and the rest of the chunk is done', async () => {
    const [one, two] = [parts.worker(), parts.worker({ retryBudgetMs: 700 })];
    const [blocked, free] = parts.people.take(2, { state: 'disabled', where: ({ id }) => laneOf(id) === '07' });
    if (blocked === undefined || free === undefined) throw new Error('no people');
    const older = await planOne(one, blocked.id);
    interrupt(one.operations, 'putOutcomes', 'before');
    await expect(applyChunk(older.message, one)).rejects.toThrow(Crash);
    const newer = await accept(two, { users: [blocked.id, free.id] });
    const [message] = await plan(two, newer);
    if (message === undefined) throw new Error('no chunk');
    await expect(applyChunk(message, two)).rejects.toThrow(RetryLaterError);
    expect(await outcomesOf(two, newer)).toEqual(['pending', 'applied']);
  });

  it('does not block others permanently', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const older = await planOne(one, id);
    interrupt(one.users, 'put', 'after');
    await expect(applyChunk(older.message, one)).rejects.toThrow(Crash);
    const newer = await planOne(two, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000);
    await applyChunk(newer.message, two);
    await applyChunk(older.message, one);
    expect(await outcomesOf(two, newer.operation)).toEqual(['applied']);
    expect(await outcomesOf(two, older.operation)).toEqual(['superseded']);
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enforced']);
  });
});

describe('reads that lag behind our own write', () => {
  it('do not give a wrong state before, nor cost a needless write', async () => {
    const deps = parts.worker({ wait: parts.clock.skip });
    parts.graph.tenant.changeSettings({ readLagMs: 60_000 });
    const { id } = parts.people.one({ state: 'disabled', registered: true });
    await change(deps, { state: 'enabled', users: [id] });
    await change(deps, { state: 'enforced', users: [id] });
    await change(deps, { state: 'enforced', users: [id] });
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enabled', 'enforced']);
    expect(await historyOf(deps, id)).toMatchObject([
      { from: 'enabled', to: 'enforced' },
      { from: 'disabled', to: 'enabled' },
    ]);
  });

  it('are no reason to leave out a write that goes back', async () => {
    const deps = parts.worker({ wait: parts.clock.skip });
    parts.graph.tenant.changeSettings({ readLagMs: 60_000 });
    const { id } = parts.people.one();
    await change(deps, { state: 'enabled', users: [id] });
    await change(deps, { state: 'disabled', users: [id] });
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enabled', 'disabled']);
  });
});

describe('a user that Entra promotes by itself', () => {
  it('was applied even if the result was not stored', async () => {
    const [one, two] = [parts.worker(), parts.worker()];
    parts.graph.tenant.changeSettings({ promotionDelayMs: 0 });
    const { id } = parts.people.one({ state: 'disabled', registered: true, promotable: true });
    const { operation, message } = await planOne(one, id);
    interrupt(one.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, one)).rejects.toThrow(Crash);
    await applyChunk(message, two);
    expect(await outcomesOf(two, operation)).toEqual(['applied']);
    expect(writesOf(parts.graph, id).map(({ appliedBy, to }) => [appliedBy, to])).toEqual([
      ['client', 'enabled'],
      ['entra', 'enforced'],
    ]);
    expect(await historyOf(two, id)).toMatchObject([{ from: 'disabled', to: 'enabled' }]);
  });

  it('is seen as what they are by the next change', async () => {
    const deps = parts.worker();
    parts.graph.tenant.changeSettings({ promotionDelayMs: 0 });
    const { id } = parts.people.one({ state: 'disabled', registered: true, promotable: true });
    await change(deps, { state: 'enabled', users: [id] });
    const [again] = await change(deps, { state: 'enabled', users: [id] });
    expect(again).toMatchObject({ outcome: 'refused', detail: { code: 'weaken', from: 'enforced' } });
    const [disabled] = await change(deps, { state: 'disabled', users: [id] });
    expect(disabled).toMatchObject({ outcome: 'applied', detail: { from: 'enforced' } });
  });
});

describe('a user who is in the target state', () => {
  it('costs no write, and no entry', async () => {
    const deps = parts.worker();
    const people = parts.people.take(30, { state: 'enabled' });
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    for (const message of await plan(deps, operation)) await applyChunk(message, deps);
    expect(await outcomesOf(deps, operation)).toEqual(people.map(() => 'unchanged'));
    expect(people.flatMap(({ id }) => writesOf(parts.graph, id))).toEqual([]);
    expect(await historyOf(deps, (people[0] as { id: string }).id)).toEqual([]);
  });
});
