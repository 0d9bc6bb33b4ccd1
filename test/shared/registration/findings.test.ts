import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANES } from '../../../shared/domain/lane.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { change, plan } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import {
  DAY_MS,
  entriesOf,
  expectListsToBeTrue,
  followUpOf,
  inPagesOf,
  Outside,
  run,
  runsOf,
  sweep,
} from './sweeps.ts';

let parts: Parts;
let deps: Dependencies;
let outside: Outside;
beforeAll(async () => {
  parts = await startParts({ users: 150 });
  deps = parts.worker();
  outside = new Outside(parts);
  await sweep(deps);
});
afterAll(() => parts.close());

const notRegistered = { state: 'disabled', registered: false } as const;

describe('a sweep', () => {
  it('records that an enabled user has registered, once for each time that they are enabled', async () => {
    const person = parts.people.one(notRegistered);
    const temporary = parts.people.one(notRegistered);
    await change(deps, { users: [person.id, temporary.id] });
    outside.register(person);
    outside.register(temporary, ['temporaryAccessPass']);
    await sweep(deps);
    await sweep(deps);
    const once = ['stateChanged disabled enabled', 'registrationCompleted enabled'];
    expect(await entriesOf(deps, person)).toEqual(once);
    expect(await entriesOf(deps, temporary)).toEqual(['stateChanged disabled enabled']);

    parts.clock.advance(DAY_MS);
    await change(deps, { users: [person.id], state: 'disabled' });
    await sweep(deps);
    outside.unregister(person);
    parts.clock.advance(DAY_MS);
    await change(deps, { users: [person.id] });
    await sweep(deps);
    outside.register(person);
    await sweep(deps);
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual([...once, 'stateChanged enabled disabled', ...once]);
  });

  it('tells apart what Entra does, what others do and what this service does', async () => {
    const [promoted, claimed, changed, ours] = parts.people.take(4, notRegistered);
    if (!promoted || !claimed || !changed || !ours) throw new Error('too few');
    await change(deps, { users: [promoted.id, claimed.id, changed.id, ours.id] });
    await sweep(deps);
    parts.clock.advance(DAY_MS);
    outside.register(promoted);
    outside.enforceByEntra(promoted);
    outside.set(claimed, 'enforced');
    outside.set(changed, 'disabled');
    await change(deps, { users: [ours.id], state: 'disabled' });
    const { entries } = await sweep(deps);
    await sweep(deps);
    expect(entries).toEqual({ registrationCompleted: 1, enforcedByEntra: 1, changedOutside: 2 });
    expect((await entriesOf(deps, promoted)).sort()).toEqual([
      'enforcedByEntra enabled enforced',
      'registrationCompleted enabled',
      'stateChanged disabled enabled',
    ]);
    expect(await entriesOf(deps, claimed)).toEqual([
      'stateChanged disabled enabled',
      'changedOutside enabled enforced',
    ]);
    expect(await entriesOf(deps, changed)).toEqual([
      'stateChanged disabled enabled',
      'changedOutside enabled disabled',
    ]);
    expect(await entriesOf(deps, ours)).toEqual(['stateChanged disabled enabled', 'stateChanged enabled disabled']);
  });

  it('records who is stuck, once, also when the clock was put back meanwhile', async () => {
    const person = parts.people.one({ state: 'disabled', registered: true });
    await change(deps, { users: [person.id] });
    await sweep(deps);
    parts.clock.advance(6 * DAY_MS);
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual(['stateChanged disabled enabled', 'alreadyRegistered enabled']);
    parts.clock.advance(2 * DAY_MS);
    await sweep(deps);
    await sweep(deps);
    const entries = ['stateChanged disabled enabled', 'alreadyRegistered enabled', 'stuckEnabled enabled'];
    expect(await entriesOf(deps, person)).toEqual(entries);

    parts.clock.advance(-3 * DAY_MS);
    await sweep(deps);
    parts.clock.advance(3 * DAY_MS);
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual(entries);
  });

  it('promotes enabled and registered users only with the setting, by an ordinary operation, once', async () => {
    const person = parts.people.one({ state: 'disabled', registered: true });
    await change(deps, { users: [person.id] });
    expect((await sweep(deps)).promoted).toBe(0);
    const { promoted } = await sweep(deps, { promote: true });
    expect(promoted).toBeGreaterThanOrEqual(1);
    expect((await sweep(deps, { promote: true })).promoted).toBe(0);

    const [newest] = await operationsOf(deps);
    expect(newest).toMatchObject({
      kind: 'promotion',
      targetState: 'enforced',
      actor: { kind: 'service' },
      mayWeaken: false,
    });
    for (const message of await plan(deps, newest as NonNullable<typeof newest>)) await applyChunk(message, deps);
    expect((await entriesOf(deps, person)).at(-1)).toBe('stateChanged enabled enforced');
    parts.clock.advance(DAY_MS);
    expect((await sweep(deps, { promote: true })).entries).toEqual({});
  });

  it('never promotes over what people asked for', async () => {
    const [before, after] = parts.people.take(2, { state: 'disabled', registered: true });
    if (!before || !after) throw new Error('too few');
    await change(deps, { users: [before.id, after.id] });
    await sweep(deps, { promote: true });
    const [promotion] = await operationsOf(deps);
    await change(deps, { users: [before.id], state: 'disabled' }); // accepted later, carried out first
    for (const message of await plan(deps, promotion as NonNullable<typeof promotion>)) await applyChunk(message, deps);
    await change(deps, { users: [after.id], state: 'disabled' });
    const states = [before, after].map(({ index }) => parts.graph.directory.columns.states[index]);
    expect(states).toEqual([0, 0]);
    expect(await entriesOf(deps, before)).not.toContain('stateChanged enabled enforced');
    expect(await entriesOf(deps, after)).toContain('stateChanged enabled enforced');
  });

  it('takes who was deleted out of the lists, also between two pages, and keeps their history', async () => {
    const [gone, meanwhile] = parts.people.take(2, notRegistered);
    if (!gone || !meanwhile) throw new Error('too few');
    await change(deps, { users: [gone.id] });
    outside.delete(gone);
    let pages = 0;
    const paged = inPagesOf(20, deps);
    const deleting: Dependencies = {
      ...paged,
      graph: (request) => {
        if (request.path.includes('/users?') && ++pages === 3) outside.delete(meanwhile);
        return paged.graph(request);
      },
    };
    parts.clock.advance(DAY_MS);
    await sweep(deleting);
    await sweep(deps);
    await expectListsToBeTrue(parts, deps);
    expect(await followUpOf(deps, gone)).toMatchObject({ gone: true });
    expect(await entriesOf(deps, gone)).toEqual(['stateChanged disabled enabled']);
    expect(await entriesOf(deps, meanwhile)).toEqual([]);
  });

  it('sees guests, whose names have characters that keys must not have', async () => {
    const guest = parts.people.one({ guest: true });
    expect(guest.name).toContain('#EXT#');
    expect(await followUpOf(deps, guest)).toMatchObject({ name: guest.name, userType: 'Guest', gone: false });
  });

  it('is reported with what it found and what it cost', async () => {
    const enabled = parts.graph.directory.columns.states.filter((state) => state === 1).length;
    const { httpRequests } = parts.graph.counters;
    await sweep(deps);
    const [newest] = await runsOf(deps);
    const spent = parts.graph.counters.httpRequests - httpRequests;
    expect(newest).toMatchObject({ status: 'completed', resumed: 0, problem: null, requests: spent, entries: {} });
    // The list, the refused report, the audit log, and a batch for each lane with enforced users who are not registered.
    expect(spent).toBeLessThanOrEqual(3 + Math.ceil(enabled / 20) + LANES);
    expect(Object.values(newest?.users ?? {}).reduce((sum, count) => sum + count, 0)).toBe(newest?.listed);
  });
});

describe('a sweep that Graph does not let through', () => {
  it('waits for as long as Graph asks, and continues in the middle', async () => {
    const ids = ['/beta/users\\?', '/authentication/methods'].map((path) =>
      parts.graph.faults.add({ match: { path }, times: 2, fault: { status: 429, retryAfterSeconds: 0 } }),
    );
    const paged = inPagesOf(60, deps);
    await sweep(paged);
    for (const id of ids) parts.graph.faults.remove(id);
    await expectListsToBeTrue(parts, deps);
  });

  it('stops in time, and continues in the next invocation', async () => {
    const id = parts.graph.faults.add({ match: { path: 'skiptoken' }, fault: { status: 503, retryAfterSeconds: 600 } });
    const paged = inPagesOf(60, deps);
    expect((await run(paged)).end).toBe('outOfTime');
    expect((await runsOf(deps))[0]).toMatchObject({ status: 'running', problem: expect.stringContaining('Graph') });
    parts.graph.faults.remove(id);
    const { end, sweep: done } = await run(paged);
    expect([end, done?.resumed]).toEqual(['completed', 1]);
    expect((await runsOf(deps))[0]).toMatchObject({ status: 'completed', resumed: 1, problem: null });
  });

  it('fails for all to see when a permission is missing, and is completed when it is granted', async () => {
    parts.graph.tenant.changeSettings({
      deniedPermissions: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    });
    await expect(run(deps)).rejects.toThrow('User.Read.All');
    expect((await runsOf(deps))[0]).toMatchObject({
      status: 'failed',
      problem: expect.stringContaining('User.Read.All'),
    });
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    expect((await sweep(deps)).resumed).toBe(1);
  });

  it('begins the list again when a link to its next page has expired', async () => {
    const id = parts.graph.faults.add({
      match: { path: 'users.*skiptoken' },
      times: 1,
      fault: { status: 400, code: 'Directory_ExpiredPageToken' },
    });
    const { attempt, notes } = await sweep(inPagesOf(60, deps));
    parts.graph.faults.remove(id);
    expect([attempt, notes.length]).toEqual([1, 1]);
    await expectListsToBeTrue(parts, deps);
  });

  it('notes that it could not read registrations, and does the rest', async () => {
    parts.graph.tenant.changeSettings({
      deniedPermissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
    });
    const { notes } = await sweep(deps);
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    expect(notes.join()).toContain('UserAuthenticationMethod.Read.All');
  });

  it('gives way while state changes are throttled', async () => {
    const held = { ...deps, pacer: { ...deps.pacer, heldUntil: async () => deps.now() + 600_000 } };
    expect((await run(held)).end).toBe('outOfTime');
    expect((await sweep(deps)).resumed).toBe(1);
  });
});

describe('a tenant', () => {
  it('without the state in the list is asked for each user’s own settings', async () => {
    parts.graph.tenant.changeSettings({ listsState: false });
    const { batches } = parts.graph.counters;
    const { entries } = await sweep(deps);
    parts.graph.tenant.changeSettings({ listsState: true });
    expect(entries).toEqual({});
    expect(parts.graph.counters.batches - batches).toBeGreaterThan(5);
    await expectListsToBeTrue(parts, deps);
  });

  it('with a licence is read only for users that the report does not exclude, or that the audit log names', async () => {
    parts.graph.tenant.changeSettings({ licence: 'p1', reportLagMs: 3 * DAY_MS, auditLagMs: DAY_MS });
    const [late, never] = parts.people.take(2, notRegistered);
    if (!late || !never) throw new Error('too few');
    await change(deps, { users: [late.id, never.id] });
    outside.register(late);
    const asked: string[] = [];
    const listening: Dependencies = {
      ...deps,
      graph: (request) => {
        asked.push(JSON.stringify(request.body ?? ''));
        return deps.graph(request);
      },
    };
    await sweep(listening);
    expect(asked.some((body) => body.includes(late.id))).toBe(false);
    parts.clock.advance(DAY_MS + 60_000); // the audit log shows the registration, the report does not yet
    await sweep(listening);
    parts.graph.tenant.changeSettings({ licence: 'none', reportLagMs: 0, auditLagMs: 0 });
    expect(await entriesOf(deps, late)).toEqual(['stateChanged disabled enabled', 'registrationCompleted enabled']);
    expect(asked.some((body) => body.includes(never.id))).toBe(false);
  });
});

async function operationsOf(worker: Dependencies) {
  const found = [];
  for await (const entry of worker.index.newestFirst()) found.push(await worker.operations.get(entry.operationId));
  return found;
}
