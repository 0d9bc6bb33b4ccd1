import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../local/graph/faults/faultRule.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { ChangeMessage } from '../../../shared/queues/messages.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import {
  accept,
  applyToEnd,
  change,
  historyOf,
  itemsOf,
  plan,
  planOne,
  run,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { Outside } from '../registration/sweeps.ts';

const REQUIREMENTS = '/authentication/requirements$';
const MINUTE = 60_000;

let parts: Parts;
let deps: Dependencies;
let outside: Outside;

beforeAll(async () => {
  parts = await startParts({ users: 8_000 });
  outside = new Outside(parts);
  deps = parts.worker({ wait: parts.clock.skip });
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

/** Accepts and plans a change of users of one lane: one chunk, one message. */
async function planSome(count: number): Promise<{ people: Person[]; operation: Operation; message: ChangeMessage }> {
  const people = parts.people.take(count, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
  const operation = await accept(deps, { users: people.map(({ id }) => id) });
  const [message] = await plan(deps, operation);
  if (message === undefined) throw new Error('There is nothing to change.');
  return { people, operation, message };
}

function failFor({ id }: Person, method: string, fault: FaultRule['fault'], times?: number): void {
  const match = { method, path: `${id}${REQUIREMENTS}`, batchItem: true };
  parts.graph.faults.add({ match, fault, ...(times === undefined ? {} : { times }) });
}

const first = (people: readonly Person[]): Person => {
  const [person] = people;
  if (person === undefined) throw new Error('The list is empty.');
  return person;
};

/** Answers about one user that Graph gives for as long as it is asked (public reports; the simulator does not invent them). */
const ODD: readonly (readonly [string, string, FaultRule['fault'], string])[] = [
  ['a state of null', 'GET', { status: 200, body: { perUserMfaState: null } }, 'unreadableAnswer'],
  ['no state', 'GET', { status: 200, body: {} }, 'unreadableAnswer'],
  ['an unknown state', 'GET', { status: 200, body: { perUserMfaState: 'unknownFutureValue' } }, 'unreadableAnswer'],
  ['a number', 'GET', { status: 200, body: { perUserMfaState: 3 } }, 'unreadableAnswer'],
  ['500 to reads', 'GET', { status: 500 }, 'graphUnavailable'],
  ['503 to reads', 'GET', { status: 503, retryAfterSeconds: 1 }, 'graphUnavailable'],
  ['500 to writes', 'PATCH', { status: 500 }, 'graphUnavailable'],
  ['a conflict to writes', 'PATCH', { status: 409 }, 'graphUnavailable'],
];

describe.each(ODD)('one user with %s as the answer of Graph', (_, method, fault, code) => {
  it('fails alone, and keeps the lane for one attempt only', async () => {
    const { people, operation, message } = await planSome(4);
    const odd = first(people);
    failFor(odd, method, fault);
    const before = parts.clock.now();
    expect(await applyChunk(message, deps)).toMatchObject({ putAside: 1, outcomes: { applied: 3 }, rounds: 1 });
    expect(parts.clock.now() - before).toBeLessThan(5_000);
    await applyToEnd(message, deps);
    const items = await itemsOf(deps, operation);
    expect(items.map(({ outcome }) => outcome)).toEqual(['failed', 'applied', 'applied', 'applied']);
    expect(items[0]).toMatchObject({ detail: { code } });
    expect(await historyOf(deps, odd.id)).toMatchObject([{ event: 'stateChangeFailed', code }]);
    expect(await userRow(deps, odd.id).catch(() => undefined)).toSatisfy((row) => row === undefined || !row.claim);
  });

  it('is changed when Graph answers again', async () => {
    const { people, operation, message } = await planSome(2);
    const odd = first(people);
    failFor(odd, method, fault, 3);
    await applyToEnd(message, deps);
    expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(await historyOf(deps, odd.id)).toMatchObject([{ event: 'stateChanged', from: 'disabled', to: 'enabled' }]);
  });
});

/** What keeps a whole batch from its answer because of one user in it. */
const SILENT: readonly (readonly [string, string, FaultRule['fault']])[] = [
  ['a read that Graph never answers', 'GET', { hangMs: 60_000 }],
  ['a read that resets the connection', 'GET', { resetConnection: true }],
  ['a write that Graph never answers', 'PATCH', { hangMs: 60_000 }],
  ['a write that resets the connection', 'PATCH', { resetConnection: true }],
];

describe.each(SILENT)('one user with %s', (_, method, fault) => {
  it('fails alone, and the others of its batch are changed', { timeout: 120_000 }, async () => {
    const impatient = parts.worker({ wait: parts.clock.skip }, { GRAPH_TIMEOUT_SECONDS: '1' });
    const { people, operation, message } = await planSome(25);
    const odd = first(people);
    failFor(odd, method, fault);
    const sessions = new Set<string>();
    await applyToEnd(message, impatient, (_times, session) => void sessions.add(session));
    const items = await itemsOf(deps, operation);
    expect(items.filter(({ outcome }) => outcome !== 'applied')).toMatchObject([
      { reference: odd.id, outcome: 'failed', detail: { code: 'graphUnavailable' } },
    ]);
    expect([...sessions]).toEqual(['aside-03']);
    expect(await userRow(deps, odd.id).catch(() => undefined)).toSatisfy((row) => row === undefined || !row.claim);
  });
});

it('a read that Graph never answers delays neither its batch nor the lane, once Graph has answered before', async () => {
  await applyToEnd((await planSome(1)).message, deps);
  const { people, operation, message } = await planSome(25);
  const odd = first(people);
  failFor(odd, 'GET', { hangMs: 120_000 });
  expect(await applyChunk(message, deps)).toMatchObject({ putAside: 1, outcomes: { applied: 24 }, rounds: 1 });
  parts.graph.faults.remove();
  await applyToEnd(message, deps);
  expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(people.map(() => 'applied'));
});

it('a user kept waiting by another change does not fail for one failure of Graph', async () => {
  const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
  const [odd, waiting] = people;
  if (odd === undefined || waiting === undefined) throw new Error('The list is empty.');
  const ended = parts.worker();
  const older = await planOne(ended, waiting.id, { state: 'enforced', acknowledge: ['legacyAuthInterruption'] });
  const operation = await accept(deps, { users: people.map(({ id }) => id), acknowledge: ['weaken'] });
  const [message] = await plan(deps, operation);
  if (message === undefined) throw new Error('There is nothing to change.');
  interrupt(ended.operations, 'putOutcomes', 'before');
  await expect(applyChunk(older.message, ended)).rejects.toThrow(Crash);
  failFor(odd, 'GET', { status: 500 });
  await applyToEnd(message, deps, async (times) => {
    if (times !== 5) return;
    await applyChunk(older.message, parts.worker());
    failFor(waiting, 'GET', { status: 500 }, 2); // the first read is with the row from before
  });
  expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(['failed', 'applied', 'applied']);
});

it('a user is not asked about again before Graph allows it', async () => {
  const { people, message } = await planSome(2);
  failFor(first(people), 'GET', { status: 503, retryAfterSeconds: 90 }, 1);
  const start = parts.clock.now();
  await applyToEnd(message, deps);
  expect(parts.clock.now() - start).toBeGreaterThanOrEqual(90_000);
});

it('a user whose write is not answered but carried out is recorded as applied', async () => {
  const { people, operation, message } = await planSome(2);
  const odd = first(people);
  failFor(odd, 'PATCH', { status: 500 }, 1);
  await applyToEnd(message, deps, () => outside.set(odd, 'enabled'));
  expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
});

describe('an outage of Graph that answers batches with errors alone', () => {
  it('fails no user within half an hour', async () => {
    const { people, operation, message } = await planSome(3);
    const end = parts.clock.now() + 30 * MINUTE;
    parts.graph.faults.add({ match: { batchItem: true }, fault: { status: 503 } });
    await applyToEnd(message, deps, () => {
      if (parts.clock.now() >= end) parts.graph.faults.remove();
    });
    expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(people.map(() => 'applied'));
    expect(parts.clock.now() - end).toBeLessThan(MINUTE);
  });

  it('fails a user alone in an operation soon, when Graph answers for another user of the lane', async () => {
    const { people, operation, message } = await planSome(1);
    failFor(first(people), 'GET', { status: 500 });
    const start = parts.clock.now();
    await applyToEnd(message, deps);
    expect(await itemsOf(deps, operation)).toMatchObject([{ outcome: 'failed', detail: { code: 'graphUnavailable' } }]);
    expect(parts.clock.now() - start).toBeLessThan(2 * MINUTE);
  });

  it('fails a user alone in its lane soon, when Graph answers for a user of another lane', async () => {
    const other = parts.worker({ wait: parts.clock.skip }, { TABLES_PREFIX: 'lonely' });
    await change(other, {
      users: [parts.people.one({ state: 'disabled', where: ({ id }) => laneOf(id) === '02' }).id],
    });
    const odd = parts.people.one({ state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
    const { operation, message } = await planOne(other, odd.id);
    failFor(odd, 'GET', { status: 500 });
    const start = parts.clock.now();
    await applyToEnd(message, other);
    expect(await itemsOf(other, operation)).toMatchObject([
      { outcome: 'failed', detail: { code: 'graphUnavailable' } },
    ]);
    expect(parts.clock.now() - start).toBeLessThan(2 * MINUTE);
  });

  it('fails a user soon whose only finished neighbour is odd too', async () => {
    const people = parts.people.take(2, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
    const [odd, neighbour] = people;
    if (odd === undefined || neighbour === undefined) throw new Error('The list is empty.');
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const [message] = await plan(deps, operation);
    if (message === undefined) throw new Error('There is nothing to change.');
    failFor(odd, 'GET', { status: 200, body: { perUserMfaState: null } });
    const start = parts.clock.now();
    await applyToEnd(message, deps, (times) => {
      if (times === 1) failFor(neighbour, 'GET', { status: 404 });
    });
    expect((await itemsOf(deps, operation)).map(({ outcome }) => outcome)).toEqual(['failed', 'applied']);
    expect(parts.clock.now() - start).toBeLessThan(2 * MINUTE);
  });

  it('ends for good after an hour at most', async () => {
    const { operation, message } = await planSome(1);
    parts.graph.faults.add({ match: { batchItem: true }, fault: { status: 503 } });
    const start = parts.clock.now();
    await applyToEnd(message, deps);
    expect(await itemsOf(deps, operation)).toMatchObject([{ outcome: 'failed', detail: { code: 'graphUnavailable' } }]);
    expect(parts.clock.now() - start).toBeLessThan(60 * MINUTE);
  });
});

describe('a user who was changed elsewhere a moment after our change', () => {
  it('is put aside until Graph must show the truth, and is then changed from the true state', async () => {
    const { people, message } = await planSome(1);
    const person = first(people);
    await applyChunk(message, deps);
    outside.set(person, 'disabled');
    const again = await accept(deps, { users: [person.id] });
    const start = parts.clock.now();
    expect(await run(deps, again)).toMatchObject([{ outcome: 'applied', detail: { from: 'disabled' } }]);
    expect(parts.clock.now() - start).toBeLessThan(3 * MINUTE);
    expect(writesOf(parts.graph, person.id).at(-1)).toMatchObject({ to: 'enabled' });
    expect((await historyOf(deps, person.id)).map(({ event }) => event)).toEqual([
      'stateChanged',
      'changedOutside',
      'stateChanged',
    ]);
  });
});
