import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MfaState } from '../../../local/graph/directory/mfaState.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { GraphRequest } from '../../../shared/graph/graph.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { change, historyOf, planOne } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { DAY_MS, entriesOf, followUpOf, Outside, sweep } from './sweeps.ts';

const HOUR_MS = 60 * 60_000;
const NO_AUDIT_LOG = { deniedPermissions: ['AuditLog.Read.All', 'Directory.Read.All'] };

let parts: Parts;
let deps: Dependencies;
let outside: Outside;
beforeAll(async () => {
  parts = await startParts({ users: 400 });
  deps = parts.worker();
  outside = new Outside(parts);
  await sweep(deps);
});
afterAll(() => parts.close());
beforeEach(() => {
  parts.graph.tenant.changeSettings({ listLagMs: 0, auditLagMs: 0, promotionDelayMs: null, deniedPermissions: [] });
  parts.clock.advance(HOUR_MS);
});

const acknowledge = ['weaken' as const, 'legacyAuthInterruption' as const];

/** A user who has this state by an operation of the service, an hour ago. */
async function personIn(state: MfaState, registered = false): Promise<Person> {
  const wanted = state === 'disabled' ? ({ state: 'enforced' } as const) : ({ state: 'disabled', registered } as const);
  const person = parts.people.one(wanted);
  if (!registered) outside.unregister(person);
  await change(deps, { users: [person.id], state, acknowledge });
  parts.clock.advance(HOUR_MS);
  return person;
}

async function foundOf(person: Person): Promise<AuditEntry[]> {
  return (await historyOf(deps, person.id)).filter(({ operationId }) => operationId === null).reverse();
}

const now = (): string => new Date(parts.clock.now()).toISOString();

/** Changes a user outside, and returns the time of the change. */
function changeOutside(person: Person, state: MfaState): string {
  outside.set(person, state);
  return new Date(parts.graph.ledger.entries.at(-1)?.at ?? 0).toISOString();
}

function expectWindow({ between }: AuditEntry, at: string, after: string): void {
  expect(between?.from && between.from <= at).toBe(true);
  expect(between?.to && between.to >= at).toBe(true);
  expect(between?.from && between.from >= after).toBe(true);
}

describe('a change outside before a change of our own', () => {
  it.each<[MfaState, MfaState, MfaState, string]>([
    ['enforced', 'disabled', 'disabled', 'unchanged'],
    ['enforced', 'disabled', 'enabled', 'applied'],
    ['enabled', 'disabled', 'enforced', 'applied'],
    ['disabled', 'enforced', 'disabled', 'applied'],
    ['disabled', 'enforced', 'enabled', 'applied'],
  ])('from %s to %s is recorded when %s is asked for (%s)', async (first, other, target, outcome) => {
    const person = await personIn(first);
    const before = now();
    const at = changeOutside(person, other);
    parts.clock.advance(HOUR_MS);
    const [item] = await change(deps, { users: [person.id], state: target, acknowledge });
    expect(item?.outcome).toBe(outcome);
    const [found, ...more] = await foundOf(person);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ event: 'changedOutside', from: first, to: other });
    expectWindow(found as AuditEntry, at, new Date(Date.parse(before) - 2 * HOUR_MS).toISOString());

    await sweep(deps);
    expect(await foundOf(person)).toHaveLength(1);
    const all = (await entriesOf(deps, person)).slice(1);
    const ours = outcome === 'applied' ? [`stateChanged ${other} ${target}`] : [];
    expect(all).toEqual([`changedOutside ${first} ${other}`, ...ours]);
  });

  it('is recorded once by two operations at the same time as a sweep', async () => {
    const person = await personIn('enforced');
    changeOutside(person, 'disabled');
    parts.clock.advance(HOUR_MS);
    const others = [parts.worker(), parts.worker()];
    await Promise.all([
      sweep(parts.worker()),
      ...others.map((worker) => change(worker, { users: [person.id], state: 'disabled' })),
    ]);
    await sweep(deps);
    expect((await foundOf(person)).map(({ event, from, to }) => [event, from, to])).toEqual([
      ['changedOutside', 'enforced', 'disabled'],
    ]);
  });

  it('is recorded although the worker ends right after it has claimed the user', async () => {
    const person = await personIn('enforced');
    changeOutside(person, 'disabled');
    parts.clock.advance(HOUR_MS);
    const { message } = await planOne(deps, person.id, { state: 'disabled' });
    const broken = parts.worker();
    broken.audit.recordEach = () => Promise.reject(new Error('the process has ended'));
    await expect(applyChunk(message, broken)).rejects.toThrow('the process has ended');
    await sweep(deps);
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual([
      'stateChanged disabled enforced',
      'changedOutside enforced disabled',
    ]);
  });

  it('by Entra and one by an administrator are distinguished by the next sweep', async () => {
    const [registered, claimed] = [await personIn('enabled'), await personIn('enabled')];
    outside.register(registered);
    outside.enforceByEntra(registered);
    changeOutside(claimed, 'enforced');
    parts.clock.advance(HOUR_MS);
    await change(deps, { users: [registered.id, claimed.id], state: 'disabled' });
    await sweep(deps);
    await sweep(deps);
    expect((await entriesOf(deps, registered)).slice(1)).toEqual([
      'registrationCompleted enabled',
      'enforcedByEntra enabled enforced',
      'stateChanged enforced disabled',
    ]);
    expect((await entriesOf(deps, claimed)).slice(1)).toEqual([
      'changedOutside enabled enforced',
      'stateChanged enforced disabled',
    ]);
  });
});

describe('the registration of an enabled user', () => {
  it('is recorded on the normal path, on which Entra enforces the user at once', async () => {
    parts.graph.tenant.changeSettings({ promotionDelayMs: 0 });
    const person = parts.people.one({ state: 'disabled', registered: false, promotable: true });
    await change(deps, { users: [person.id] });
    parts.clock.advance(HOUR_MS);
    const at = now();
    outside.register(person, ['phone']);
    parts.clock.advance(HOUR_MS);
    await sweep(deps);
    await sweep(deps);
    const found = await foundOf(person);
    expect(found.map(({ event }) => event).sort()).toEqual(['enforcedByEntra', 'registrationCompleted']);
    const completed = found.find(({ event }) => event === 'registrationCompleted');
    expect(completed?.at && completed.at >= at && completed.at === completed.methodCreatedAt).toBe(true);
  });

  it('is no news of a user who had registered before, whether Entra enforces the user or not', async () => {
    parts.graph.tenant.changeSettings({ promotionDelayMs: 0 });
    const [moved] = parts.people.take(1, { state: 'disabled', registered: true, promotable: true });
    const [stays] = parts.people.take(1, { state: 'disabled', registered: true, promotable: false });
    if (!moved || !stays) throw new Error('too few');
    await change(deps, { users: [moved.id, stays.id] });
    await sweep(deps);
    await sweep(deps);
    expect((await foundOf(moved)).map(({ event }) => event).sort()).toEqual(['alreadyRegistered', 'enforcedByEntra']);
    expect((await foundOf(stays)).map(({ event }) => event)).toEqual(['alreadyRegistered']);
  });

  it('is not claimed of a user without a method that an administrator enforced', async () => {
    const person = await personIn('enabled');
    parts.graph.tenant.changeSettings(NO_AUDIT_LOG);
    const at = changeOutside(person, 'enforced');
    parts.clock.advance(HOUR_MS);
    await sweep(deps);
    const found = await foundOf(person);
    expect(found.map(({ event }) => event)).toEqual(['changedOutside']);
    expectWindow(found[0] as AuditEntry, at, '2026');
  });
});

describe('the audit log of Entra', () => {
  it('tells who changed a user and when, each step of it, and never names this service', async () => {
    const person = await personIn('enabled');
    const first = changeOutside(person, 'disabled');
    parts.clock.advance(HOUR_MS);
    const second = changeOutside(person, 'enabled');
    await sweep(deps);
    await sweep(deps);
    const by = { kind: 'user', name: 'mallory@contoso.com' };
    expect(await foundOf(person)).toMatchObject([
      { event: 'changedOutside', from: 'enabled', to: 'disabled', at: first, initiatedBy: by },
      { event: 'changedOutside', from: 'disabled', to: 'enabled', at: second, initiatedBy: by },
    ]);
  });

  it('that lags behind names no second change for one that a sweep has found before', async () => {
    const person = await personIn('enabled');
    parts.graph.tenant.changeSettings({ auditLagMs: 3 * HOUR_MS });
    const at = changeOutside(person, 'disabled');
    parts.clock.advance(HOUR_MS);
    await sweep(deps);
    parts.clock.advance(6 * HOUR_MS);
    await sweep(deps);
    const found = await foundOf(person);
    expect(found.map(({ event }) => event)).toEqual(['changedOutside']);
    expectWindow(found[0] as AuditEntry, at, '2026');
  });

  it('tells of a user who was deleted since', async () => {
    const person = await personIn('enforced');
    changeOutside(person, 'disabled');
    outside.delete(person);
    await sweep(deps);
    await sweep(deps);
    expect((await foundOf(person)).map(({ event, from, to }) => [event, from, to])).toEqual([
      ['changedOutside', 'enforced', 'disabled'],
    ]);
  });

  it('is not needed: without it, a note says so, and only what is certain is recorded', async () => {
    const [flipped, changed] = [await personIn('enabled'), await personIn('enabled')];
    parts.graph.tenant.changeSettings(NO_AUDIT_LOG);
    changeOutside(flipped, 'disabled');
    changeOutside(flipped, 'enabled');
    changeOutside(changed, 'disabled');
    const { notes } = await sweep(deps);
    expect(notes.join()).toContain('the audit log of Entra');
    expect(await foundOf(flipped)).toEqual([]);
    expect(await foundOf(changed)).toHaveLength(1);
  });
});

describe('a list that lags behind', () => {
  it('by hours makes no change of our own one of others, and no change of others two', async () => {
    parts.graph.tenant.changeSettings({ listLagMs: 12 * HOUR_MS });
    const ours = parts.people.one({ state: 'disabled', registered: false });
    const theirs = await personIn('disabled');
    await change(deps, { users: [ours.id] });
    parts.clock.advance(HOUR_MS);
    await sweep(deps);
    expect(await foundOf(ours)).toEqual([]);
    await change(deps, { users: [ours.id], state: 'disabled' });
    parts.clock.advance(4 * HOUR_MS);
    await sweep(deps);
    parts.graph.tenant.changeSettings(NO_AUDIT_LOG);
    const at = changeOutside(theirs, 'enabled');
    for (let times = 0; times < 4; times++) {
      parts.clock.advance(5 * HOUR_MS);
      await sweep(deps);
    }
    expect(await foundOf(ours)).toEqual([]);
    const found = await foundOf(theirs);
    expect(found.map(({ event, to }) => [event, to])).toEqual([['changedOutside', 'enabled']]);
    expectWindow(found[0] as AuditEntry, at, '2026');
  });
});

describe('the registration report', () => {
  it('that is wrong for two days delays nothing and resets no clock', async () => {
    parts.graph.tenant.changeSettings({ licence: 'p1', reportLagMs: 2 * DAY_MS });
    const person = await personIn('enabled');
    outside.register(person, ['windowsHelloForBusiness']);
    await sweep(deps);
    const since = (await followUpOf(deps, person))?.registeredSince;
    parts.clock.advance(HOUR_MS);
    await sweep(deps);
    parts.graph.tenant.changeSettings({ licence: 'none', reportLagMs: 0 });
    expect((await foundOf(person)).map(({ event }) => event)).toEqual(['registrationCompleted']);
    expect(since).toBeTruthy();
    expect(await followUpOf(deps, person)).toMatchObject({ registered: true, registeredSince: since });
  });

  it('is not there in a free tenant, where enforced users without a method are found all the same', async () => {
    const without = await personIn('enforced');
    const registered = await personIn('enforced', true);
    await sweep(deps);
    expect(await followUpOf(deps, without)).toMatchObject({ state: 'enforced', registered: false });
    expect(await followUpOf(deps, registered)).toMatchObject({ state: 'enforced', registered: true });
    const asked: string[] = [];
    const listening = (request: GraphRequest): ReturnType<Dependencies['graph']> => {
      asked.push(JSON.stringify(request.body ?? ''));
      return deps.graph(request);
    };
    for (let times = 0; times < 2; times++) await sweep({ ...deps, graph: listening });
    const timesAsked = (person: Person): number => asked.filter((body) => body.includes(person.id)).length;
    expect([timesAsked(without), timesAsked(registered) <= 1]).toEqual([2, true]);
  });
});
