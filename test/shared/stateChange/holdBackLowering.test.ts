import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { accept, change, historyOf, itemsOf, plan, planOne, run, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

/** A day of its own for each test, so that they do not count each other's users. */
function onANewDay(limit: number): () => Dependencies {
  parts.clock.advance(24 * 60 * 60_000);
  return () => parts.worker({}, { MAX_LOWERED_PER_DAY: String(limit) });
}

const isWeakened = ({ id }: { id: string }): boolean => writesOf(parts.graph, id).length > 0;

describe('the daily limit', () => {
  it('is never exceeded by fifty operations at once, of several instances, and used to the last user', async () => {
    const worker = onANewDay(10);
    const people = parts.people.take(50, { state: 'enabled' });
    const instances = [worker(), worker(), worker(), worker()];
    const operations = await Promise.all(
      people.map(({ id }, n) => accept(instances[n % 4] as Dependencies, { users: [id], state: 'disabled' })),
    );
    const items = await Promise.all(operations.map((operation, n) => run(instances[n % 4] as Dependencies, operation)));
    const refused = items.flat().filter(({ outcome }) => outcome === 'refused');
    expect(people.filter(isWeakened)).toHaveLength(10);
    expect(refused).toHaveLength(40);
    expect(refused[0]?.detail).toMatchObject({ code: 'dailyLoweringLimit', from: 'enabled' });
    expect(refused[0]?.detail?.message).toContain('MAX_LOWERED_PER_DAY');
    const [entry] = await historyOf(worker(), refused[0]?.userId as string);
    expect(entry).toMatchObject({ event: 'stateChangeRefused', code: 'dailyLoweringLimit' });
  });

  it('counts the users of a chunk one by one, and only those who are weakened', async () => {
    const worker = onANewDay(3);
    const where = ({ id }: { id: string }): boolean => laneOf(id) === '04';
    const weak = parts.people.take(2, { state: 'disabled', where });
    const strong = parts.people.take(4, { state: 'enabled', where });
    const users = [...weak, ...strong].map(({ id }) => id);
    const deps = worker();
    // If less were left when it is assessed, no user would be lowered. Others may use the limit up between then and now.
    const operation = await accept(deps, { users, state: 'disabled' });
    const messages = await plan({ ...deps, dailyLimit: { ...deps.dailyLimit, left: async () => 100 } }, operation);
    for (const message of messages) await applyChunk(message, deps);
    const outcomes = (await itemsOf(deps, operation)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['unchanged', 'unchanged', 'applied', 'applied', 'applied', 'refused']);
    expect(await deps.dailyLimit.left()).toBe(0);
    const [stronger] = parts.people.take(1, { state: 'disabled' });
    expect(await change(deps, { users: [stronger?.id as string] })).toMatchObject([{ outcome: 'applied' }]);
  });

  it('counts lowering from enforced to enabled too', async () => {
    const worker = onANewDay(1);
    const [first, second] = parts.people.take(2, { state: 'enforced' });
    const lower = (id = ''): ReturnType<typeof change> =>
      change(worker(), { users: [id], state: 'enabled', acknowledge: ['weaken'] });
    expect(await lower(first?.id)).toMatchObject([{ outcome: 'applied' }]);
    expect(await lower(second?.id)).toMatchObject([{ outcome: 'refused', detail: { code: 'dailyLoweringLimit' } }]);
  });

  it('of 0 allows no user', async () => {
    const worker = onANewDay(0);
    const { id } = parts.people.one({ state: 'enforced' });
    expect(await change(worker(), { users: [id], state: 'enabled', acknowledge: ['weaken'] })).toMatchObject([
      { outcome: 'refused', detail: { code: 'dailyLoweringLimit' } },
    ]);
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('counts a user once when the process ends after the claim, whatever comes after', async () => {
    const worker = onANewDay(1);
    const { id } = parts.people.one({ state: 'enabled' });
    const first = worker();
    const { operation, message } = await planOne(first, id, { state: 'disabled' });
    interrupt(first.users, 'put', 'after');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    expect(await worker().dailyLimit.left()).toBe(0);
    const second = worker();
    await applyChunk(message, second);
    expect(await itemsOf(second, operation)).toMatchObject([{ outcome: 'applied' }]);
    expect(await second.dailyLimit.left()).toBe(0);
  });

  it('counts users whose claims are stored although the answer to that was lost', async () => {
    const worker = onANewDay(2);
    const people = parts.people.take(4, { state: 'enabled' });
    const outcomes: string[] = [];
    for (const { id } of people) {
      const deps = worker();
      let isLost = false;
      // Table Storage stores the claim and its answer is lost; the client sends it again and learns of a conflict.
      replaceMethod(deps.users, 'put', (original) => async (lane, rows) => {
        const isStored = await original(lane, rows);
        const isClaim = rows.some(({ claim }) => claim !== null);
        if (!isClaim || isLost) return isStored;
        isLost = true;
        return false;
      });
      const request = { ...deps, dailyLimit: { ...deps.dailyLimit, left: async () => 100 } };
      const operation = await accept(deps, { users: [id], state: 'disabled' });
      outcomes.push(...(await run(request, operation)).map(({ outcome }) => outcome));
    }
    expect(outcomes).toEqual(['applied', 'applied', 'refused', 'refused']);
    expect(people.filter(isWeakened)).toHaveLength(2);
    expect(await worker().dailyLimit.left()).toBe(0);
  });

  it('counts the users of a chunk that another worker took over', async () => {
    const worker = onANewDay(1);
    const { id } = parts.people.one({ state: 'enabled' });
    const deps = worker();
    const { message } = await planOne(deps, id, { state: 'disabled' });
    let isTaken = false;
    replaceMethod(deps.operations, 'fenceChunk', (original) => async (operationId, chunk) => {
      const fenced = await original(operationId, chunk);
      if (isTaken) return fenced;
      isTaken = true;
      return undefined;
    });
    await applyChunk(message, deps);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
    expect(await worker().dailyLimit.left()).toBe(0);
  });

  it('does not take a change for refused that another process made, and ended', async () => {
    const worker = onANewDay(1);
    const { id } = parts.people.one({ state: 'enabled' });
    const [first, second] = [worker(), worker()];
    const { operation, message } = await planOne(first, id, { state: 'disabled' });
    interrupt(first.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await applyChunk(message, second);
    expect(await itemsOf(second, operation)).toMatchObject([{ outcome: 'applied' }]);
  });

  it('gets back what Graph refused', async () => {
    const worker = onANewDay(1);
    const { id } = parts.people.one({ state: 'enabled' });
    parts.graph.faults.add({ match: { method: 'PATCH' }, times: 1, fault: { status: 400, code: 'badRequest' } });
    const deps = worker();
    expect(await change(deps, { users: [id], state: 'disabled' })).toMatchObject([{ outcome: 'failed' }]);
    expect(await deps.dailyLimit.left()).toBe(1);
    expect(await change(deps, { users: [id], state: 'disabled' })).toMatchObject([{ outcome: 'applied' }]);
    expect(await deps.dailyLimit.left()).toBe(0);
  });

  it('is not used up by dry runs', async () => {
    const worker = onANewDay(1);
    const { id } = parts.people.one({ state: 'enabled' });
    const deps = worker();
    expect(await change(deps, { users: [id], state: 'disabled', dryRun: true })).toMatchObject([
      { outcome: 'wouldChange' },
    ]);
    expect(await deps.dailyLimit.left()).toBe(1);
  });

  it('starts again with the next day (UTC), when a retry does the rest', async () => {
    const worker = onANewDay(1);
    const [first, second] = parts.people.take(2, { state: 'enabled' });
    await change(worker(), { users: [first?.id as string], state: 'disabled' });
    const deps = worker();
    const operation = await accept(
      { ...deps, dailyLimit: { ...deps.dailyLimit, left: async () => 1 } },
      {
        users: [second?.id as string],
        state: 'disabled',
      },
    );
    const [message] = await plan(deps, operation);
    await applyChunk(message as NonNullable<typeof message>, deps);
    expect(await itemsOf(deps, operation)).toMatchObject([{ outcome: 'refused' }]);
    parts.clock.advance(24 * 60 * 60_000);
    expect(await change(worker(), { users: [second?.id as string], state: 'disabled' })).toMatchObject([
      { outcome: 'applied' },
    ]);
  });
});
