import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../local/graph/faults/faultRule.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { RetryLaterError } from '../../../shared/errors.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import {
  accept,
  applyToEnd,
  historyOf,
  itemsOf,
  outcomesOf,
  plan,
  planOne,
  userRow,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { Outside } from '../registration/sweeps.ts';

const REQUIREMENTS = '/authentication/requirements$';
const writes = { method: 'PATCH', path: REQUIREMENTS, batchItem: true };
const reads = { method: 'GET', path: REQUIREMENTS, batchItem: true };
const envelope = { batchEnvelope: true };

let parts: Parts;
let deps: Dependencies;

beforeAll(async () => {
  parts = await startParts({ users: 8_000 });
});
afterAll(() => parts.close());
beforeEach(() => {
  deps = parts.worker({ wait: parts.clock.skip });
});
afterEach(() => parts.graph.faults.remove());

/** Plans a chunk of four users, lets Graph fail, and applies it. */
async function applyUnder(...faults: FaultRule[]): Promise<{ people: Person[]; operation: Operation }> {
  const hangs = faults.some(({ fault }) => 'hangMs' in fault);
  if (hangs) deps = parts.worker({ wait: parts.clock.skip }, { GRAPH_TIMEOUT_SECONDS: '1' });
  const people = parts.people.take(4, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
  const operation = await accept(deps, { users: people.map(({ id }) => id) });
  const messages = await plan(deps, operation);
  // Of these users alone: a batch that hung in another test may be carried out only now.
  const theirs = `(${people.map(({ id }) => id).join('|')})`;
  for (const { match, ...rule } of faults)
    parts.graph.faults.add({
      ...rule,
      match: match?.path === REQUIREMENTS ? { ...match, path: `${theirs}${match.path}` } : match,
    });
  for (const message of messages) await applyToEnd(message, deps);
  return { people, operation };
}

/** Every user applied, each with one entry that has the true state before, and nothing left open. */
async function expectAllApplied({ people, operation }: { people: Person[]; operation: Operation }): Promise<void> {
  expect(await outcomesOf(deps, operation)).toEqual(people.map(() => 'applied'));
  for (const { id } of people) {
    expect(writesOf(parts.graph, id)[0]).toMatchObject({ from: 'disabled', to: 'enabled' });
    expect(await historyOf(deps, id)).toMatchObject([{ event: 'stateChanged', from: 'disabled', to: 'enabled' }]);
    expect(await userRow(deps, id)).toMatchObject({ state: 'enabled', claim: null });
  }
}

const writeCounts = (people: readonly Person[]): number[] => people.map(({ id }) => writesOf(parts.graph, id).length);

describe('users are changed in the end, and once, when Graph', () => {
  it.each<[string, FaultRule]>([
    ['throttles some writes of a batch', { match: writes, times: 3, fault: { status: 429, retryAfterSeconds: 1 } }],
    ['throttles without saying for how long', { match: writes, times: 2, fault: { status: 429 } }],
    ['answers some writes with 500', { match: writes, times: 3, fault: { status: 500 } }],
    ['answers some reads with 503', { match: reads, times: 3, fault: { status: 503, retryAfterSeconds: 0 } }],
    ['answers some reads with 401', { match: reads, times: 2, fault: { status: 401 } }],
    ['answers some writes with 401', { match: writes, times: 2, fault: { status: 401 } }],
    ['answers a batch with 401', { match: envelope, times: 1, fault: { status: 401 } }],
    ['answers a batch with 401 again and again', { match: envelope, times: 7, fault: { status: 401 } }],
    ['answers a batch with 400', { match: envelope, times: 2, fault: { status: 400 } }],
    ['answers a batch with 403', { match: envelope, times: 2, fault: { status: 403 } }],
    ['answers a batch with 404', { match: envelope, times: 2, fault: { status: 404 } }],
    ['answers a batch with 405', { match: envelope, times: 2, fault: { status: 405 } }],
    ['is in conflict with itself', { match: writes, times: 2, fault: { status: 409 } }],
    ['answers a batch with 429', { match: envelope, times: 1, fault: { status: 429, retryAfterSeconds: 1 } }],
    ['answers a batch with 502', { match: envelope, times: 1, fault: { status: 502 } }],
    ['answers a batch with 504', { match: envelope, times: 2, fault: { status: 504 } }],
    ['answers with a page of HTML', { match: envelope, times: 1, fault: { status: 503, html: true } }],
    ['reorders the answers', { match: envelope, fault: { reorder: true } }],
    ['breaks the connection before it does anything', { match: envelope, times: 1, fault: { resetConnection: true } }],
    ['does not answer in time', { match: envelope, times: 1, fault: { hangMs: 1_500 } }],
  ])('%s', async (_, fault) => {
    const done = await applyUnder(fault);
    await expectAllApplied(done);
    expect(writeCounts(done.people)).toEqual(done.people.map(() => 1));
  });

  it.each<[string, FaultRule]>([
    ['leaves out answers to writes that it did', { match: envelope, times: 4, fault: { omitItems: 2 } }],
    ['breaks off in the middle of an answer', { match: writes, times: 1, fault: { truncate: true } }],
    ['drops the answer to a batch that it did', { match: writes, times: 1, fault: { dropAnswer: true } }],
    ['breaks the connection in the middle of a batch', { match: writes, times: 1, fault: { resetConnection: true } }],
    ['does what was asked, but too late', { match: writes, times: 1, fault: { hangMs: 1_500, thenApply: true } }],
  ])('%s', async (_, fault) => {
    await expectAllApplied(await applyUnder(fault));
  });
});

describe.each([
  ['throttles', { status: 429, retryAfterSeconds: 2 }],
  ['answers with 401', { status: 401 }],
])('a write that Graph %s', (_, fault) => {
  it.each<[MfaState, string, string[]]>([
    ['enabled', 'unchanged', []],
    ['enforced', 'refused', ['stateChangeRefused']],
  ])('is no reason to record another change as ours: an administrator sets %s', async (state, outcome, events) => {
    const person = parts.people.one();
    const { id } = person;
    const { operation, message } = await planOne(deps, id);
    const match = { ...writes, path: `${id}${REQUIREMENTS}` };
    parts.graph.faults.add({ match, times: 1, fault });
    const outside = new Outside(parts);
    const wait = async (ms: number): Promise<void> => {
      await parts.clock.skip(ms);
      outside.set(person, state);
    };
    await applyChunk(message, { ...deps, wait });
    expect(await outcomesOf(deps, operation)).toEqual([outcome]);
    expect((await historyOf(deps, id)).map(({ event }) => event)).toEqual(events);
    expect(await userRow(deps, id)).toMatchObject({ claim: null });
  });
});

describe('how long Graph asks to wait', () => {
  it('is waited, and no other worker writes meanwhile', async () => {
    const held: number[] = [];
    const pacer = { ...deps.pacer, holdUntil: async (time: number) => void held.push(time) };
    deps = parts.worker({ pacer, wait: parts.clock.skip });
    const start = parts.clock.now();
    await applyUnder(
      { match: { ...writes }, times: 1, fault: { status: 429, retryAfterSeconds: 20 } },
      { match: { ...writes }, times: 1, fault: { status: 429, retryAfterSeconds: 10 } },
    );
    expect(parts.clock.now() - start).toBeGreaterThanOrEqual(20_000);
    expect(held.length).toBeGreaterThan(0);
  });
});

describe('a wait that is longer than the budget', () => {
  it('uses up the budget, so that deliveries are not used up at once', async () => {
    deps = parts.worker({ retryBudgetMs: 200_000, wait: parts.clock.skip });
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    // Of this user alone: a batch that hung in another test may be carried out now.
    const match = { ...writes, path: `${id}${REQUIREMENTS}` };
    parts.graph.faults.add({ match, fault: { status: 429, retryAfterSeconds: 300 } });
    const start = parts.clock.now();
    await expect(applyChunk(message, deps)).rejects.toThrow(RetryLaterError);
    expect(parts.clock.now() - start).toBeGreaterThanOrEqual(199_000);
    expect(parts.graph.faults.list()[0]?.fired).toBe(1);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
  });
});

describe('one user that Graph refuses', () => {
  it('fails alone when deleted meanwhile', async () => {
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '04' });
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const [message] = await plan(deps, operation);
    if (message === undefined) throw new Error('no chunk');
    parts.graph.directory.delete((people[1] as Person).index);
    await applyChunk(message, deps);
    expect(await itemsOf(deps, operation)).toMatchObject([
      { outcome: 'applied' },
      { outcome: 'failed', detail: { code: 'userNotFound' } },
      { outcome: 'applied' },
    ]);
    expect(await historyOf(deps, (people[1] as Person).id)).toMatchObject([
      { event: 'stateChangeFailed', code: 'userNotFound' },
    ]);
  });

  it.each([
    [404, 'userNotFound'],
    [403, 'accessDenied'],
    [400, 'Request_BadRequest'],
  ])('fails alone when the write is answered with %i', async (status, code) => {
    const { people, operation } = await applyUnder({ match: writes, times: 1, fault: { status } });
    const items = await itemsOf(deps, operation);
    expect(items.filter(({ outcome }) => outcome === 'applied')).toHaveLength(3);
    const [failed] = items.filter(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({ detail: { code, from: 'disabled' } });
    const id = failed?.userId as string;
    expect(people.map((person) => person.id)).toContain(id);
    expect(await userRow(deps, id)).toMatchObject({ claim: null, sequence: '' });
    expect(await historyOf(deps, id)).toMatchObject([{ event: 'stateChangeFailed', code }]);
  });
});

describe('a refusal of Graph', () => {
  const text = 'Insufficient privileges to complete the operation.';
  const denied = {
    status: 403,
    body: { error: { code: 'Authorization_RequestDenied', message: text, innerError: { 'request-id': 'request-7' } } },
  };

  it.each<['read' | 'write', typeof reads]>([
    ['read', reads],
    ['write', writes],
  ])(
    'is kept with its code, message and request id, in the outcome and in the record: a %s of one user',
    async (_, match) => {
      const { operation } = await applyUnder({ match, times: 1, fault: denied });
      const items = await itemsOf(deps, operation);
      expect(items.filter(({ outcome }) => outcome === 'applied')).toHaveLength(3);
      const [failed] = items.filter(({ outcome }) => outcome === 'failed');
      expect(failed?.detail).toMatchObject({ code: 'accessDenied', requestId: 'request-7' });
      expect(failed?.detail?.message).toContain('administrator role');
      expect(failed?.detail?.message).not.toContain('Policy.ReadWrite.AuthenticationMethod');
      expect(failed?.detail?.message).toContain(`403 Authorization_RequestDenied: ${text}`);
      const { code, message, requestId } = failed?.detail ?? {};
      expect(await historyOf(deps, failed?.userId ?? '')).toMatchObject([{ code, message, requestId }]);
    },
  );

  it('of all users may be a missing permission, and says so', async () => {
    const { operation } = await applyUnder({ match: writes, fault: denied });
    for (const { outcome, detail } of await itemsOf(deps, operation)) {
      expect([outcome, detail?.code]).toEqual(['failed', 'accessDenied']);
      expect(detail?.message).toMatch(/permission Policy\.ReadWrite\.AuthenticationMethod.*administrator role/);
    }
  });

  it('names the permission that is missing', async () => {
    parts.graph.tenant.changeSettings({ deniedPermissions: ['Policy.ReadWrite.AuthenticationMethod'] });
    const { operation } = await applyUnder();
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    for (const { detail } of await itemsOf(deps, operation)) {
      expect(detail).toMatchObject({ code: 'permissionMissing' });
      expect(detail?.message).toContain('lacks the permission Policy.ReadWrite.AuthenticationMethod.');
    }
  });
});

describe('a Graph that does not come back', () => {
  it('keeps what is settled, and leaves the rest for the next delivery', async () => {
    deps = parts.worker({ retryBudgetMs: 600, wait: parts.clock.skip });
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '06' });
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const [message] = await plan(deps, operation);
    if (message === undefined) throw new Error('no chunk');
    const stuck = (people[2] as Person).id;
    parts.graph.faults.add({ match: { ...writes, path: `${stuck}${REQUIREMENTS}` }, fault: { status: 503 } });
    expect(await applyChunk(message, deps)).toMatchObject({ putAside: 1 });
    expect(await outcomesOf(deps, operation)).toEqual(['applied', 'applied', 'pending']);
    expect(await deps.progress.read(operation)).toMatchObject({
      status: 'Running',
      counts: { applied: 2, pending: 1 },
    });

    parts.graph.faults.remove();
    const before = parts.graph.ledger.entries.length;
    await applyChunk(message, parts.worker());
    await expectAllApplied({ people, operation });
    expect(parts.graph.ledger.entries.length).toBe(before + 1);
  });
});
