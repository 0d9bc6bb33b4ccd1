import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphRequest } from '../../../shared/graph/graph.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { mortal } from '../../support/mortal.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { entriesOf, expectListsToBeTrue, inPagesOf, Outside, run, sweep } from './sweeps.ts';

const REPORT = 'userRegistrationDetails';
const METHODS = '/authentication/methods';

let parts: Parts;
let deps: Dependencies;
let outside: Outside;
beforeAll(async () => {
  parts = await startParts({ users: 60 });
  deps = inPagesOf(25, parts.worker());
  outside = new Outside(parts);
  await sweep(deps);
});
afterAll(() => parts.close());
beforeEach(() => {
  parts.graph.faults.remove();
  parts.graph.tenant.changeSettings({ licence: 'none', deniedPermissions: [] });
});

/** A user who is enabled from now on, not by this service, and registers. */
function newlyRegistered(wanted: { guest?: boolean } = {}): Person {
  const person = parts.people.one({ state: 'disabled', registered: false, ...wanted });
  outside.set(person, 'enabled');
  outside.register(person);
  return person;
}
const FOUND = ['changedOutside disabled enabled', 'registrationCompleted enabled'];
/** The entries about a user; both have the time of the sweep, so neither comes first. */
const foundOf = async (person: Person): Promise<string[]> => (await entriesOf(deps, person)).sort();

/** The worker, and each request that it sends to Graph, those in batches among them. */
function listening(on: (request: GraphRequest) => void): Dependencies {
  return {
    ...deps,
    graph: (request) => {
      on(request);
      const { requests = [] } = (request.body ?? {}) as { requests?: (GraphRequest & { url: string })[] };
      for (const item of requests) on({ ...item, path: item.url });
      return deps.graph(request);
    },
  };
}

describe('a tenant without a licence', () => {
  it('is known by the code of the refusal, and each enabled user is asked for', async () => {
    const person = newlyRegistered();
    const asked = new Set<string>();
    const { notes } = await sweep(listening(({ path }) => path.endsWith(METHODS) && asked.add(path)));
    expect(notes).toEqual([]);
    const { directory } = parts.graph;
    const enabled = [...directory.columns.ids].filter((_, index) => directory.columns.states[index] === 1);
    expect(enabled.filter((id) => !asked.has(`/users/${id}${METHODS}`))).toEqual([]);
    expect(await foundOf(person)).toEqual(FOUND);
  });

  it('is not taken for one whose report is refused for another reason, which is said', async () => {
    parts.graph.tenant.changeSettings({
      licence: 'p1',
      deniedPermissions: ['AuditLog.Read.All', 'Directory.Read.All'],
    });
    const person = newlyRegistered();
    const { notes } = await sweep(deps);
    expect(notes).toEqual(
      ['the registration report', 'the audit log of Entra'].map((what) =>
        expect.stringMatching(new RegExp(`${what}.*AuditLog.Read.All`)),
      ),
    );
    expect(await foundOf(person)).toEqual(FOUND);
  });
});

describe('a tenant with a licence', () => {
  beforeEach(() => parts.graph.tenant.changeSettings({ licence: 'p1' }));

  it('is asked for its report page by page, and waited for when it throttles in the middle', async () => {
    const person = newlyRegistered();
    const match = { path: `${REPORT}.*skiptoken` };
    parts.graph.faults.add({ match, times: 2, fault: { status: 429, retryAfterSeconds: 0 } });
    const before = parts.graph.counters.requests['registrationReport.list'] ?? 0;
    expect((await sweep(deps)).notes).toEqual([]);
    expect((parts.graph.counters.requests['registrationReport.list'] ?? 0) - before).toBeGreaterThanOrEqual(3);
    expect(await foundOf(person)).toEqual(FOUND);
  });

  it('whose report breaks off, because a link expires, is asked for the users who are missing', async () => {
    const person = newlyRegistered();
    const match = { path: `${REPORT}.*skiptoken` };
    parts.graph.faults.add({ match, fault: { status: 400, code: 'Directory_ExpiredPageToken' } });
    expect((await sweep(deps)).notes).toEqual([expect.stringContaining('expired')]);
    expect(await foundOf(person)).toEqual(FOUND);
  });

  it('comes to the same end when every page of a list is the last thing that a run does', async () => {
    const people = [newlyRegistered(), newlyRegistered({ guest: true })];
    let runs = 0;
    for (let end: string | undefined; end !== 'completed'; runs++) {
      // An invocation has no time left after its first page.
      let pages = 0;
      const worker = listening(({ path }) => void (/skiptoken|\$top/.test(path) && pages++));
      const now = (): number => parts.clock.now() + (pages > 0 ? 600_000 : 0);
      end = (await run({ ...worker, now }, { holdMs: 1, budgetMs: 300_000 })).end;
      parts.clock.advance(600_002);
    }
    expect(runs).toBeGreaterThanOrEqual(6);
    for (const person of people) expect(await foundOf(person)).toEqual(FOUND);
    await expectListsToBeTrue(parts, deps);
  });
});

describe('any tenant', () => {
  it('may have methods of an unknown type: they do not count, and one note reports them', async () => {
    const people = [1, 2].map(() => parts.people.one({ state: 'disabled', registered: false }));
    for (const person of people) outside.set(person, 'enabled');
    const type = '#microsoft.graph.palmVeinAuthenticationMethod';
    const ids = people.map(({ id }) => id);
    const strange: Dependencies = {
      ...deps,
      graph: async (request) => {
        const answer = await deps.graph(request);
        if (request.path !== '/$batch' || answer.kind !== 'ok') return answer;
        return { ...answer, body: withMethod(request, answer.body, ids, type) };
      },
    };
    const { notes } = await sweep(strange);
    expect(notes).toEqual([expect.stringContaining('palmVeinAuthenticationMethod')]);
    for (const person of people) expect(await foundOf(person)).toEqual([FOUND[0]]);
  });

  it('may lose a user between the list and the question for methods', async () => {
    const person = newlyRegistered();
    const deleting = listening(({ path }) => path === '/$batch' && outside.delete(person));
    await sweep(deleting);
    expect(await foundOf(person)).toEqual([FOUND[0]]);
    await sweep(deps);
    await expectListsToBeTrue(parts, deps);
  });

  it('is asked with low priority, so that people who wait for Graph go first', async () => {
    parts.graph.tenant.changeSettings({ licence: 'p1', listsState: false });
    const urgent: string[] = [];
    await sweep(
      listening(({ path, headers }) => {
        if (headers?.['x-ms-throttle-priority'] !== 'Low') urgent.push(path);
      }),
    );
    parts.graph.tenant.changeSettings({ listsState: true });
    expect(urgent).toEqual([]);
  });

  it('is looked at again when a run ended without a word and the clock was put back', async () => {
    await expect(run(mortal(parts.worker(), 5, 'after'))).rejects.toThrow('the process has ended');
    expect((await run(deps)).end).toBe('skipped');
    parts.clock.advance(-60 * 60_000);
    expect((await run(deps)).end).toBe('completed');
    parts.clock.advance(60 * 60_000);
  });
});

/** Puts one more method into the answers about these users. */
function withMethod(request: GraphRequest, answered: unknown, ids: readonly string[], type: string): unknown {
  const { requests } = request.body as { requests: { id: string; url: string }[] };
  const { responses } = answered as { responses: { id: string; body: { value: object[] } }[] };
  return {
    responses: responses.map((response) => {
      const url = requests.find(({ id }) => id === response.id)?.url ?? '';
      if (!url.endsWith(METHODS) || !ids.some((id) => url.includes(id))) return response;
      return { ...response, body: { value: [...response.body.value, { '@odata.type': type }] } };
    }),
  };
}
