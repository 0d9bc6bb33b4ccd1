import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphRequest } from '../../../shared/graph/graph.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { AdvanceEnd } from '../../../shared/registration/advanceSweep.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';
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

const USERS = 120;
let parts: Parts;
let deps: Dependencies;
let outside: Outside;
beforeAll(async () => {
  parts = await startParts({ users: USERS });
  deps = inPagesOf(25, parts.worker());
  outside = new Outside(parts);
  await sweep(deps);
});
afterAll(() => parts.close());
beforeEach(() => {
  parts.graph.faults.remove();
  parts.graph.tenant.changeSettings({ listsState: true });
});

/** A user whose state is set past the service. */
function changed(): Person {
  const person = parts.people.one({ state: 'disabled', registered: false });
  outside.set(person, 'enabled');
  return person;
}

/** A worker whose invocations have time for one step each. */
function hasty(worker: Dependencies): Dependencies {
  let writes = 0;
  const now = (): number => parts.clock.now() + (writes > 1 ? 600_000 : 0);
  const sweeps = worker.sweeps;
  replaceMethod(sweeps, 'write', (write) => (...args) => {
    writes++;
    return write(...args);
  });
  return { ...worker, sweeps, now };
}

/** Runs invocations of one step, with a pause between them, until the sweep is completed. */
async function stepByStep(pauseMs: number, of: (worker: Dependencies) => Dependencies = (worker) => worker) {
  let runs = 0;
  for (let end: AdvanceEnd | undefined; end !== 'completed'; runs++) {
    if (runs > 60) throw new Error('The sweep is not completed.');
    end = (await run(of(inPagesOf(25, hasty(parts.worker()))), { holdMs: 1, budgetMs: 300_000 })).end;
    parts.clock.advance(pauseMs);
  }
  return runs;
}

describe('a sweep whose invocations are a week apart', () => {
  it('is completed, and reads no page twice', async () => {
    const person = changed();
    const before = parts.graph.counters.requests['users.list'] ?? 0;
    const runs = await stepByStep(7 * DAY_MS);
    expect(runs).toBeGreaterThan(6);
    expect((parts.graph.counters.requests['users.list'] ?? 0) - before).toBe(Math.ceil(USERS / 25));
    expect((await runsOf(deps))[0]).toMatchObject({ status: 'completed', resumed: runs - 1, notes: [] });
    expect(await entriesOf(deps, person)).toEqual(['changedOutside disabled enabled']);
    await expectListsToBeTrue(parts, deps);
  });

  it('reads no state twice where the list shows none', async () => {
    parts.graph.tenant.changeSettings({ listsState: false });
    const asked: string[] = [];
    const listening = (worker: Dependencies): Dependencies => ({
      ...worker,
      graph: (request) => {
        asked.push(...statesAskedIn(request));
        return worker.graph(request);
      },
    });
    await stepByStep(7 * DAY_MS, listening);
    expect(asked).toHaveLength(USERS);
    expect(new Set(asked).size).toBe(USERS);
    await expectListsToBeTrue(parts, deps);
  });
});

/** The users whose state a batch asks for. */
function statesAskedIn({ path, body }: GraphRequest): string[] {
  if (path !== '/$batch') return [];
  const { requests } = body as { requests: { url: string }[] };
  return requests.flatMap(({ url }) => /users\/([^/]+)\/authentication\/requirements/.exec(url)?.[1] ?? []);
}

describe('links to the next page that expire', () => {
  const expired = { status: 400, code: 'Directory_ExpiredPageToken' };
  const match = { path: 'users.*skiptoken' };

  it('again and again: the sweep is completed with the pages that could be read, and removes no user from the lists', async () => {
    const [first] = parts.people.take(1, { state: 'disabled', registered: false, where: ({ index }) => index < 25 });
    if (first === undefined) throw new Error('too few');
    outside.set(first, 'enabled');
    const last = { index: USERS - 1 };
    parts.graph.faults.add({ match, fault: expired });
    const { notes, isIncomplete } = await sweep(deps);
    expect(isIncomplete).toBe(true);
    expect(notes.at(-1)).toContain('could not be read to its end');
    expect(await entriesOf(deps, first)).toEqual(['changedOutside disabled enabled']);
    expect(await followUpOf(deps, { ...first, id: parts.graph.directory.id(last.index) })).toMatchObject({
      gone: false,
    });
    await expectListsToBeTrue(parts, deps);
  });

  it('in every invocation, a week apart, and then no longer: the next sweep sees all users', async () => {
    parts.graph.faults.add({ match, times: 9, fault: expired });
    await stepByStep(7 * DAY_MS);
    const person = changed();
    parts.graph.faults.remove();
    expect(await sweep(deps)).toMatchObject({ listed: USERS, isIncomplete: false, notes: [] });
    expect(await entriesOf(deps, person)).toEqual(['changedOutside disabled enabled']);
  });
});

describe('the number of sweeps continues', () => {
  it.each([
    ['the row of the last sweep is', ['current']],
    ['all rows about sweeps are', ['current', 'runs']],
  ])('when %s lost, so that no change stays unseen', async (_what, partitions) => {
    const person = changed();
    const { number } = await sweep(deps); // has changed the user, as no sweep with a smaller number may
    const table = await deps.open('sweeps');
    for (const partition of partitions)
      for await (const { rowKey } of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${partition}'` } }))
        await table.deleteEntity(partition, String(rowKey));
    outside.set(person, 'disabled');
    parts.clock.advance(DAY_MS);
    expect((await sweep(deps)).number).toBe(number + 1);
    expect(await entriesOf(deps, person)).toEqual([
      'changedOutside disabled enabled',
      'changedOutside enabled disabled',
    ]);
  });

  it('when reports are removed by age', async () => {
    const { number } = await sweep(deps);
    await deps.sweeps.forget('9999-12-31T00:00:00.000Z');
    expect(await deps.sweeps.newestNumber()).toBe(number);
  });
});

describe('an invocation ends in time', () => {
  const LATEST_MS = 10_000;

  async function ended(worker: Dependencies, budgetMs: number) {
    const startedAt = performance.now();
    const end = await run(worker, { budgetMs, holdMs: 1 }).then(
      (done) => done.end,
      (error: Error) => error.message,
    );
    return { end, lateMs: performance.now() - startedAt - budgetMs };
  }

  it.each(['/beta/users\\?', 'userRegistrationDetails', 'methods'])('when Graph does not answer %s', async (path) => {
    parts.graph.tenant.changeSettings({ licence: path === 'methods' ? 'none' : 'p1' });
    parts.graph.faults.add({ match: { path }, fault: { hangMs: 60_000 } });
    const { end, lateMs } = await ended(deps, 3_000);
    parts.graph.faults.remove();
    expect(end).toBe('outOfTime');
    expect(lateMs).toBeLessThan(LATEST_MS);
    await sweep(deps);
    parts.graph.tenant.changeSettings({ licence: 'none' });
  });

  it('when Graph answers each request, but slowly, so that there is nothing to repeat', async () => {
    parts.graph.tenant.changeSettings({ listsState: false });
    const slow: Dependencies = {
      ...deps,
      graph: async (request) => {
        if (request.path === '/$batch') parts.clock.advance(120_000);
        return deps.graph(request);
      },
    };
    const startedAt = parts.clock.now();
    expect((await run(slow, { budgetMs: 300_000, holdMs: 1 })).end).toBe('outOfTime');
    // Four batches are sent at a time.
    expect(parts.clock.now() - startedAt).toBeLessThan(300_000 + 5 * 120_000);
    expect((await sweep(deps)).resumed).toBe(1);
  });

  it('when Table Storage does not answer', async () => {
    const worker = parts.worker();
    replaceMethod(worker.sweeps, 'write', () => () => new Promise(() => {}));
    const { end, lateMs } = await ended(worker, 1_000);
    expect(end).toContain('Table Storage');
    expect(lateMs).toBeLessThan(LATEST_MS);
    await sweep(deps);
  });
});

it('the report shows how far a sweep is', async () => {
  const { listed } = await sweep(deps);
  const seen: { readonly step: string | null; readonly listed: number; readonly expected: number | null }[] = [];
  const worker = parts.worker();
  const watching: Dependencies = {
    ...inPagesOf(25, worker),
    graph: async (request) => {
      parts.clock.advance(5_000);
      const [newest] = await runsOf(deps);
      if (newest?.status === 'running') seen.push(newest);
      return inPagesOf(25, worker).graph(request);
    },
  };
  await sweep(watching);
  expect(seen.map(({ expected }) => expected)).toEqual(seen.map(() => listed));
  expect(seen.map((one) => one.listed)).toEqual(expect.arrayContaining([0, 25, 50, 75]));
  const steps = [...new Set(seen.map(({ step }) => step))];
  expect(steps).toEqual(expect.arrayContaining(['list', 'trail', 'ask']));
  expect(steps[0]).toBe('list');
});

it('a sweep that was asked for and is completed is not begun a second time', async () => {
  const { number } = await sweep(deps);
  expect((await run(deps, { upTo: number })).end).toBe('notNeeded');
  expect(await run(deps, { upTo: number + 1 })).toMatchObject({ end: 'completed', sweep: { number: number + 1 } });
});
