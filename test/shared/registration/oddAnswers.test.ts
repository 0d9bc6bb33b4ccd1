import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../local/graph/faults/faultRule.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { listSweeps } from '../../../shared/http/sweepList.ts';
import odd from '../../fixtures/graph/odd-answers.json' with { type: 'json' };
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { followUpOf, Outside, sweep } from './sweeps.ts';

/** An answer of Graph about one user, and what the sweep makes of it. */
interface OddAnswer {
  readonly name: string;
  readonly request: string;
  /** The answer to the request about the user alone. */
  readonly answer?: { readonly status: number; readonly body: Record<string, unknown> };
  /** The properties of the user in a list. */
  readonly properties?: Record<string, unknown>;
  readonly state?: string | null;
  readonly registered?: boolean | null;
  readonly isListed?: boolean;
  readonly isListedById?: boolean;
  /** A part of the only note; without one, the sweep has no note. */
  readonly note?: string;
}

const SWEEPS: readonly OddAnswer[] = odd.sweeps;
const LISTS: Readonly<Record<string, string>> = { report: 'userRegistrationDetails', list: '/users\\?\\$select=id' };
/** The request about the user alone. */
const SINGLE: Readonly<Record<string, string>> = { methods: 'methods', report: 'methods', list: 'requirements' };

let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts({ users: 60 });
});
afterAll(() => parts.close());
beforeEach(() => {
  deps = parts.worker({ wait: parts.clock.skip }, { TABLES_PREFIX: `t${randomBytes(8).toString('hex')}` });
  parts.graph.tenant.changeSettings({ licence: 'p1' });
});
afterEach(() => parts.graph.faults.remove());

function faultsOf({ request, answer, properties }: OddAnswer, { id }: Person): FaultRule[] {
  const faults: FaultRule[] = [];
  if (properties !== undefined)
    faults.push({ match: { path: LISTS[request] ?? '' }, fault: { alterItem: { id, properties } } });
  if (answer !== undefined)
    faults.push({ match: { path: `${id}/authentication/${SINGLE[request]}`, batchItem: true }, fault: answer });
  return faults;
}

describe.each(SWEEPS)('Graph answers $name', (row) => {
  it('the sweep is completed, with the facts that Graph shows and a note', async () => {
    const outside = new Outside(parts);
    const person = parts.people.one({ state: 'disabled', registered: false });
    outside.set(person, 'enabled');
    outside.register(person, ['windowsHelloForBusiness']);
    const faults = faultsOf(row, person);
    for (const fault of faults) parts.graph.faults.add(fault);
    const { listed } = await sweep(deps);
    for (const { fired } of parts.graph.faults.list()) expect(fired).toBeGreaterThan(0);
    expect(parts.graph.faults.list()).toHaveLength(faults.length);

    const [report] = (await listSweeps(undefined, deps.sweeps, 'https://mfa')).value;
    expect(report).toMatchObject({ status: 'completed' });
    expect(report?.notes).toEqual(row.note === undefined ? [] : [expect.stringContaining(row.note)]);
    const { size } = parts.graph.directory;
    expect(listed).toBe(row.isListed === false ? size - 1 : size);
    const known = await followUpOf(deps, person);
    if (row.isListed === false) return expect(known).toBeUndefined();
    expect(known).toMatchObject({
      state: row.state === undefined ? 'enabled' : row.state,
      registered: row.registered === undefined ? null : row.registered,
      name: row.isListedById ? person.id : person.name,
    });
  });
});

it('a note names the user, so that an administrator can look', async () => {
  const person = parts.people.one({ state: 'disabled', registered: false });
  new Outside(parts).set(person, 'enabled');
  parts.graph.tenant.changeSettings({ licence: 'none' });
  const match = { path: `${person.id}/authentication/methods`, batchItem: true };
  parts.graph.faults.add({ match, fault: { status: 503, retryAfterSeconds: 1 } });
  const { notes } = await sweep(deps);
  expect(notes).toEqual([expect.stringContaining(person.id)]);
});

it.each(['methods', 'userRegistrationDetails', 'users\\?', '\\$batch'])(
  'a sweep without notes, when Graph answers 401 twice to %s',
  async (path) => {
    parts.graph.tenant.changeSettings({ licence: path === 'methods' || path === '\\$batch' ? 'none' : 'p1' });
    new Outside(parts).set(parts.people.one({ state: 'disabled' }), 'enabled');
    parts.graph.faults.add({ match: { path }, times: 3, fault: { status: 401 } });
    expect((await sweep(deps)).notes).toEqual([]);
    expect(parts.graph.faults.list()).toMatchObject([{ fired: 3 }]);
  },
);
