import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { RetryLaterError, UnprocessableMessageError } from '../../../shared/errors.ts';
import { unpaced } from '../../../shared/pace/pacer.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { failChunk, failPage } from '../../../shared/stateChange/deadLetters.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { accept, historyOf, itemsOf, outcomesOf, plan, planOne, userRow, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

const reason = { code: 'deadLettered', message: 'The work was given up.' };

let parts: Parts;

beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());
afterEach(() => {
  parts.graph.faults.remove();
  parts.graph.tenant.changeSettings({ readLagMs: 0 });
});

describe('the dead letter of a page', () => {
  it('fails every reference, on the record', async () => {
    const deps = parts.worker();
    const [one, two] = parts.people.take(2);
    const operation = await accept(deps, { users: [one?.name as string, two?.id as string] });
    await failPage({ version: 1, operationId: operation.id, page: 0 }, reason, deps);
    expect(await itemsOf(deps, operation)).toMatchObject([
      { outcome: 'failed', detail: reason },
      { outcome: 'failed', detail: reason },
    ]);
    expect(await deps.progress.read(operation)).toMatchObject({ status: 'Failed', counts: { failed: 2, pending: 0 } });
  });

  it('fails a repeated reference once, and the others repeat it', async () => {
    const deps = parts.worker();
    const [name, other] = parts.people.take(2).map((one) => one.name) as [string, string];
    const operation = await accept(deps, { users: [name, name.toUpperCase(), other, name] });
    await failPage({ version: 1, operationId: operation.id, page: 0 }, reason, deps);
    expect(await outcomesOf(deps, operation)).toEqual(['failed', 'duplicate', 'failed', 'duplicate']);
    expect((await deps.progress.read(operation)).status).toBe('Failed');
  });

  it('does not undo what was decided before, and sends what was not sent', async () => {
    const deps = parts.worker();
    const operation = await accept(deps, { users: [parts.people.one().id] });
    interrupt(deps.queues, 'sendChanges', 'before');
    await expect(plan(deps, operation)).rejects.toThrow(Crash);
    const queued = parts.bus.queue('changes').enqueued;
    await failPage({ version: 1, operationId: operation.id, page: 0 }, reason, deps);
    expect(parts.bus.queue('changes').enqueued).toBe(queued + 1);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
  });

  it('of a group that could not be listed to its end fails what is missing, and the operation ends', async () => {
    const deps = parts.worker();
    const group = randomUUID();
    const operation = await accept(deps, { group, users: undefined });
    await failPage({ version: 1, operationId: operation.id, page: 0 }, reason, deps);
    const ended = (await deps.operations.get(operation.id)) as Operation;
    expect(ended.pageCount).toBe(1);
    expect(await itemsOf(deps, ended)).toMatchObject([{ reference: group, outcome: 'failed', detail: reason }]);
    expect((await deps.progress.read(ended)).status).toBe('Failed');
  });

  it('of nothing that is known is unprocessable', async () => {
    const deps = parts.worker();
    const unknown = { version: 1, operationId: randomUUID(), page: 0 } as const;
    await expect(failPage(unknown, reason, deps)).rejects.toThrow(UnprocessableMessageError);
  });
});

describe('the dead letter of a chunk', () => {
  it('fails who was not settled, and leaves the others', async () => {
    const deps = parts.worker({ retryBudgetMs: 300 });
    const people = parts.people.take(2, { state: 'disabled', where: ({ id }) => laneOf(id) === '09' });
    const [good, bad] = people.map(({ id }) => id) as [string, string];
    const operation = await accept(deps, { users: [good, bad] });
    const [message] = await plan(deps, operation);
    if (message === undefined) throw new Error('no chunk');
    parts.graph.faults.add({ match: { method: 'GET', path: `${bad}/authentication/req` }, fault: { status: 503 } });
    expect(await applyChunk(message, deps)).toMatchObject({ putAside: 1 });
    expect(await failChunk(message, reason, deps)).toBe(1);
    expect(await itemsOf(deps, operation)).toMatchObject([
      { outcome: 'applied' },
      { outcome: 'failed', detail: reason },
    ]);
    expect(await historyOf(deps, bad)).toMatchObject([{ event: 'stateChangeFailed', code: 'deadLettered' }]);
    expect(await historyOf(deps, good)).toMatchObject([{ event: 'stateChanged' }]);
  });

  it('fails no user when the message was a check of late writes, because the chunk has a message of its own', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    const lateWrites = { users: [id], since: new Date(parts.clock.now()).toISOString(), times: 0 };
    expect(await failChunk({ ...message, lateWrites }, reason, deps)).toBe(0);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
  });

  it('records a change that was made and never said, and releases the user', async () => {
    const [first, second] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(first, id);
    interrupt(first.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await failChunk(message, reason, second);
    expect(await outcomesOf(second, operation)).toEqual(['applied']);
    expect(await historyOf(second, id)).toMatchObject([{ event: 'stateChanged', from: 'disabled', to: 'enabled' }]);
    expect(await userRow(second, id)).toMatchObject({ claim: null, state: 'enabled' });
    expect(writesOf(parts.graph, id)).toHaveLength(1);
  });

  it('fails a change that was not made once no write can arrive, and reads are no longer stale', async () => {
    const [first, second] = [parts.worker(), parts.worker({ retryBudgetMs: 300 })];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(first, id);
    await first.users.load(laneOf(id), [id]);
    interrupt(first.users, 'put', 'after');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await expect(failChunk(message, reason, second)).rejects.toThrow(RetryLaterError);
    parts.clock.advance(121_000); // reads cannot lag so long, but a worker may write late
    await expect(failChunk(message, reason, second)).rejects.toThrow(RetryLaterError);
    parts.clock.advance(10_000);
    await failChunk(message, reason, second);
    expect(await outcomesOf(second, operation)).toEqual(['failed']);
    expect(await userRow(second, id)).toMatchObject({ claim: null });
    expect(writesOf(parts.graph, id)).toEqual([]);
  });

  it('ends the other users when Graph never answers for one, and this one when the claim is old', async () => {
    const [first, second] = [parts.worker(), parts.worker({ retryBudgetMs: 300, wait: parts.clock.skip })];
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '11' });
    const [odd, good, unclaimed] = people.map(({ id }) => id) as [string, string, string];
    const operation = await accept(first, { users: [odd, good, unclaimed] });
    const [message] = await plan(first, operation);
    if (message === undefined) throw new Error('no chunk');
    const pacer = { ...unpaced, reserve: async () => ({ at: 0, writes: 2 }) };
    interrupt(first.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, { ...first, pacer })).rejects.toThrow(Crash);
    parts.graph.faults.add({ match: { method: 'GET', path: `${odd}/authentication/req` }, fault: { status: 500 } });

    await expect(failChunk(message, reason, second)).rejects.toThrow(RetryLaterError);
    expect(await outcomesOf(second, operation)).toEqual(['pending', 'applied', 'failed']);
    for (const [id, event] of [
      [good, 'stateChanged'],
      [unclaimed, 'stateChangeFailed'],
    ] as const)
      expect(await historyOf(second, id)).toMatchObject([{ event }]);
    expect(await userRow(second, good)).toMatchObject({ claim: null, state: 'enabled' });

    parts.clock.advance(40 * 60_000);
    expect(await failChunk(message, reason, second)).toBe(2);
    expect(await itemsOf(second, operation)).toMatchObject([
      { outcome: 'failed', detail: { code: 'graphUnavailable' } },
      { outcome: 'applied' },
      { outcome: 'failed', detail: reason },
    ]);
    expect(await userRow(second, odd)).toMatchObject({ claim: null });
  });

  it('does not take a change for failed that does not show yet', async () => {
    const [first, second] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(first, id);
    parts.graph.tenant.changeSettings({ readLagMs: 600 });
    interrupt(first.operations, 'putOutcomes', 'before');
    await expect(applyChunk(message, first)).rejects.toThrow(Crash);
    await failChunk(message, reason, second);
    expect(await outcomesOf(second, operation)).toEqual(['applied']);
  });

  it('twice, or of a chunk that is finished, changes nothing', async () => {
    const deps = parts.worker();
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    await applyChunk(message, deps);
    expect(await failChunk(message, reason, deps)).toBe(0);
    expect(await failChunk(message, reason, parts.worker())).toBe(0);
    expect(await outcomesOf(deps, operation)).toEqual(['applied']);
    expect(await historyOf(deps, id)).toHaveLength(1);
  });

  it('of nothing that is known is unprocessable', async () => {
    const deps = parts.worker();
    const unknown = { version: 1, operationId: randomUUID(), chunk: 'chunk-00000-00-000' } as const;
    await expect(failChunk(unknown, reason, deps)).rejects.toThrow(UnprocessableMessageError);
    await expect(applyChunk(unknown, deps)).rejects.toThrow(UnprocessableMessageError);
  });
});
