import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import { RetryLaterError } from '../../../shared/errors.ts';
import { type Answer, noAnswer } from '../../../shared/graph/answer.ts';
import type { SendToGraph } from '../../../shared/graph/graph.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { ChangeMessage } from '../../../shared/queues/messages.ts';
import { applyChange } from '../../../shared/stateChange/applyChange.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../../../shared/users/claim.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import {
  accept,
  applyToEnd,
  change,
  historyOf,
  outcomesOf,
  plan,
  planOne,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { writesIn } from '../../support/writesIn.ts';
import { Outside } from '../registration/sweeps.ts';

/** As a sweep requests it. */
const PROMOTION = { kind: 'promotion', sequence: ''.padStart(15, '0') } as const;

let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

describe('a worker that hangs between its claim and its write', () => {
  it('does not leave the user as an older change wants', async () => {
    const [hanging, other] = [parts.worker(), parts.worker()];
    const { id, index } = parts.people.one();
    const older = await planOne(hanging, id, { state: 'enabled' });
    const newer = await planOne(other, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    await hanging.users.load(laneOf(id), [id]);
    interrupt(hanging.users, 'put', 'after', {
      at: (_lane, rows) => rows.some(({ claim }) => claim !== null),
      work: async () => {
        parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000); // long enough for its claim to count as given up
        await applyChunk(newer.message, other);
      },
    });
    await expect(applyChunk(older.message, hanging)).rejects.toThrow(RetryLaterError);
    await applyChunk(older.message, hanging);
    expect(parts.graph.directory.columns.states[index]).toBe(2);
    expect(await outcomesOf(other, newer.operation)).toEqual(['applied']);
    expect(await outcomesOf(other, older.operation)).toEqual(['superseded']);
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enforced']);
    expect(await userRow(other, id)).toMatchObject({ state: 'enforced', claim: null, operationId: newer.operation.id });
    expect((await historyOf(other, id)).filter(({ event }) => event === 'stateChanged')).toMatchObject([
      { operationId: newer.operation.id, from: 'disabled', to: 'enforced' },
    ]);
  });
});

describe('a worker whose write comes after a newer change', () => {
  it('writes the newest state again, on the record', async () => {
    const [slow, other] = [parts.worker(), parts.worker()];
    const { id, index } = parts.people.one();
    const older = await planOne(slow, id, { state: 'enabled' });
    const newer = await planOne(other, id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    const send = slow.graph;
    let sent = false;
    const late: typeof slow = {
      ...slow,
      graph: async (request) => {
        if (writesIn(request) > 0 && !sent) {
          sent = true;
          parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000);
          await applyChunk(newer.message, other);
        }
        return send(request);
      },
    };
    await applyChunk(older.message, late);
    expect(writesOf(parts.graph, id).map(({ to }) => to)).toEqual(['enforced', 'enabled', 'enforced']);
    expect(parts.graph.directory.columns.states[index]).toBe(2);
    expect((await historyOf(other, id)).map(({ event }) => event)).toContain('stateRestored');
    expect(await userRow(other, id)).toMatchObject({ state: 'enforced', claim: null });
  });

  it('writes as many again at a time as the quota has room for', async () => {
    const [slow, other] = [parts.worker(), parts.worker()];
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '05' });
    const users = people.map(({ id }) => id);
    const [older] = await plan(slow, await accept(slow, { users, state: 'enabled' }));
    const newer = await accept(other, { users, state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
    const [newerChunk] = await plan(other, newer);
    if (older === undefined || newerChunk === undefined) throw new Error('no chunk');
    const seen: string[] = [];
    let sent = false;
    const late: typeof slow = {
      ...slow,
      wait: parts.clock.skip,
      pacer: {
        ...slow.pacer,
        reserve: async (writes) => {
          if (!sent) return { at: 0, writes };
          seen.push(`room for 2 of ${writes}`);
          return { at: parts.clock.now() + 60_000, writes: Math.min(writes, 2) };
        },
      },
      graph: async (request) => {
        const writes = writesIn(request);
        if (writes > 0 && sent) seen.push(`${writes} written`);
        if (writes > 0 && !sent) {
          sent = true;
          parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000);
          await applyChunk(newerChunk, other);
        }
        return slow.graph(request);
      },
    };
    await applyChunk(older, late);
    expect(seen).toEqual(['room for 2 of 3', '2 written', 'room for 2 of 1', '1 written']);
    for (const { id, index } of people) {
      expect(parts.graph.directory.columns.states[index]).toBe(2);
      expect((await historyOf(other, id)).filter(({ event }) => event === 'stateRestored')).toHaveLength(1);
    }
  });

  it('leaves it at that when both wanted the same', async () => {
    const [slow, other] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const older = await planOne(slow, id, { state: 'enabled' });
    const newer = await planOne(other, id, { state: 'enabled' });
    const send = slow.graph;
    const late: typeof slow = {
      ...slow,
      graph: async (request) => {
        const answer = await send(request);
        if (writesIn(request) === 0) return answer;
        parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000);
        await applyChunk(newer.message, other);
        return answer;
      },
    };
    await applyChunk(older.message, late);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
    expect((await historyOf(other, id)).map(({ event }) => event)).not.toContain('stateRestored');
  });
});

describe('a chunk that the quota cuts in two', () => {
  it('leaves alone what changed its first users while its last ones waited', async () => {
    const bulk = parts.worker({ wait: parts.clock.skip });
    const outside = new Outside(parts);
    const people = parts.people.take(2, { state: 'disabled', where: ({ id }) => laneOf(id) === '06' });
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new Error('no people');
    const operation = await accept(bulk, { users: people.map(({ id }) => id), state: 'enabled' });
    const [message] = await plan(bulk, operation);
    if (message === undefined) throw new Error('no chunk');
    let grants = 0;
    const reserve = async () => {
      if (++grants === 2) {
        await change(bulk, { users: [first.id], state: 'disabled' }); // by the same process, whose cache has the row then
        outside.set(first, 'enforced');
      }
      return { at: parts.clock.now(), writes: 1 };
    };
    await applyToEnd(message, { ...bulk, pacer: { ...bulk.pacer, reserve } });
    expect(grants).toBe(2);
    expect(await outcomesOf(bulk, operation)).toEqual(['applied', 'applied']);
    expect(parts.graph.directory.columns.states[first.index]).toBe(2);
    expect((await historyOf(bulk, first.id)).map(({ event }) => event)).toEqual(['stateChanged', 'stateChanged']);
  });
});

/** A worker whose first write gets no answer, and is carried out when the test says so. */
function withLateWrite(worker: Dependencies, first: () => Promise<Answer>) {
  let sent = false;
  let late: () => Promise<unknown> = async () => {
    throw new Error('No write was sent.');
  };
  const graph: SendToGraph = async (request) => {
    if (sent || writesIn(request) === 0) return worker.graph(request);
    sent = true;
    const { signal, ...unended } = request; // what the client ends is under way in Graph
    late = () => worker.graph(unended);
    return first();
  };
  return { worker: { ...worker, graph }, carryOut: () => late() };
}

const timedOut = async (): Promise<Answer> => noAnswer('timeout');
const killed = (): Promise<Answer> => Promise.reject(new Crash('the process has ended'));

describe('a write that Graph carries out after the request timed out, and after a newer change', () => {
  const kinds = [
    ['is undone', timedOut],
    ['is undone, although the process that sent it has ended', killed],
  ] as const;

  it.each(kinds)('%s', async (_, first) => {
    const { worker, carryOut } = withLateWrite(parts.worker({ wait: parts.clock.skip }), first);
    const { id, index } = parts.people.one();
    const older = await planOne(worker, id, { state: 'enabled' });
    const checks = await applyToEnd(older.message, worker).catch(() => applyToEnd(older.message, worker));
    const other = parts.worker();
    const [newer] = await change(other, { users: [id], state: 'disabled' });
    expect(newer).toMatchObject({ outcome: 'applied', detail: { from: 'enabled' } });
    await carryOut();
    expect(parts.graph.directory.columns.states[index]).toBe(1);
    for (const check of checks) await applyChange(check, other);
    expect(parts.graph.directory.columns.states[index]).toBe(0);
    expect((await historyOf(other, id)).map(({ event }) => event)).toEqual([
      'stateRestored',
      'stateChanged',
      'stateChanged',
    ]);
    for (const check of checks) await applyChange(check, other);
    expect((await historyOf(other, id)).map(({ event }) => event)).toHaveLength(3);
  });

  it('is undone when the newer change is a promotion', async () => {
    const { worker, carryOut } = withLateWrite(parts.worker({ wait: parts.clock.skip }), timedOut);
    const { id, index } = parts.people.one({ state: 'disabled', registered: true });
    const older = await planOne(worker, id, { state: 'enabled' });
    const checks = await applyToEnd(older.message, worker);
    await change(worker, { users: [id], state: 'enforced' }, PROMOTION);
    await carryOut();
    expect(parts.graph.directory.columns.states[index]).toBe(1);
    for (const check of checks) await applyChange(check, worker);
    expect(parts.graph.directory.columns.states[index]).toBe(2);
  });

  it('is looked for again while the newer change is under way', async () => {
    const { worker, carryOut } = withLateWrite(parts.worker({ wait: parts.clock.skip }), timedOut);
    const { id, index } = parts.people.one();
    const older = await planOne(worker, id, { state: 'enabled' });
    const [check] = await applyToEnd(older.message, worker);
    if (check === undefined) throw new Error('No check is queued.');
    const newer = await planOne(worker, id, { state: 'disabled' });
    const claiming = parts.worker();
    interrupt(claiming.operations, 'putOutcomes', 'before');
    await expect(applyChunk(newer.message, claiming)).rejects.toThrow(Crash);
    await carryOut();
    const queued: ChangeMessage[] = [];
    const sendChanges = async (messages: readonly { change: ChangeMessage }[]): Promise<void> => {
      queued.push(...messages.map(({ change }) => change));
    };
    await applyChange(check, { ...worker, queues: { ...worker.queues, sendChanges } });
    expect(queued).toMatchObject([{ lateWrites: { users: [id], times: 1 } }]);
    await applyToEnd(newer.message, worker);
    for (const again of queued) await applyChange(again, worker);
    expect(parts.graph.directory.columns.states[index]).toBe(0);
  });

  it('is not mistaken for a change that was made elsewhere', async () => {
    const { worker } = withLateWrite(parts.worker({ wait: parts.clock.skip }), timedOut);
    const person = parts.people.one();
    const older = await planOne(worker, person.id, { state: 'enabled' });
    const checks = await applyToEnd(older.message, worker);
    await change(worker, { users: [person.id], state: 'disabled' });
    new Outside(parts).set(person, 'enforced');
    for (const check of checks) await applyChange(check, worker);
    expect(checks).not.toEqual([]);
    expect(parts.graph.directory.columns.states[person.index]).toBe(2);
  });
});

it('a promotion whose write was not answered does not undo what was set elsewhere', async () => {
  const worker = parts.worker({ wait: parts.clock.skip });
  const person = parts.people.one({ state: 'disabled', registered: true });
  await change(worker, { users: [person.id], state: 'enabled' });
  const { message } = await planOne(worker, person.id, { state: 'enforced' }, PROMOTION);
  new Outside(parts).set(person, 'enforced');
  const lateWrites = { users: [person.id], since: new Date(parts.clock.now()).toISOString(), times: 0 };
  await applyChange({ ...message, lateWrites }, worker);
  expect(parts.graph.directory.columns.states[person.index]).toBe(2);
});

describe('a change that was made, and whose outcome was not stored for more than an hour', () => {
  async function abandonedChange() {
    const ended = parts.worker();
    const { id } = parts.people.one();
    const older = await planOne(ended, id, { state: 'enabled' });
    interrupt(ended.operations, 'putOutcomes', 'before');
    await expect(applyChunk(older.message, ended)).rejects.toThrow(Crash);
    parts.clock.advance(CLAIM_ABANDONED_AFTER_MS + 60_000);
    return { id, older };
  }

  it('is recorded before a newer change is made', async () => {
    const { id, older } = await abandonedChange();
    const other = parts.worker({ wait: parts.clock.skip });
    const [newer] = await change(other, { users: [id], state: 'disabled' });
    expect(newer).toMatchObject({ outcome: 'applied', detail: { from: 'enabled' } });
    expect(await outcomesOf(other, older.operation)).toEqual(['applied']);
    await applyChunk(older.message, other);
    expect(await historyOf(other, id)).toMatchObject([
      { event: 'stateChanged', from: 'enabled', to: 'disabled' },
      { event: 'stateChanged', from: 'disabled', to: 'enabled', operationId: older.operation.id },
    ]);
  });

  it('keeps a newer change waiting while Graph does not show it', async () => {
    const { id, older } = await abandonedChange();
    const other = parts.worker({ wait: parts.clock.skip });
    const newer = await planOne(other, id, { state: 'disabled' });
    parts.graph.faults.add({ match: {}, fault: { status: 503 } });
    await applyToEnd(newer.message, other, (times) => {
      if (times === 3) parts.graph.faults.remove();
    });
    expect(await outcomesOf(other, older.operation)).toEqual(['applied']);
    expect(await outcomesOf(other, newer.operation)).toEqual(['applied']);
  });
});
