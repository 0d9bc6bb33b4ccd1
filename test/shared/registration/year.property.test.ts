import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DELETED } from '../../../local/graph/directory/directory.ts';
import { type MfaState, stateName } from '../../../local/graph/directory/mfaState.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { mortal } from '../../support/mortal.ts';
import { change, historyOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { judgeYear } from '../../support/yearJudge.ts';
import { inPagesOf, Outside, run } from './sweeps.ts';

/** More of them, with another seed each time: `npm run test:year`. The seed repeats a run. */
const RUNS = Number(process.env.YEAR_RUNS ?? 2);
const SEED = Number(process.env.YEAR_SEED ?? (process.env.YEAR_RUNS === undefined ? 11 : Date.now() % 2 ** 31));
const USERS = 30;
/** Few enough that much happens to each. */
const ACTIVE = 8;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

const user = fc.integer({ min: 3, max: 2 + ACTIVE });
const state = fc.constantFrom<MfaState>('disabled', 'enabled', 'enabled', 'enforced');
const upToADay = fc.constantFrom(0, HOUR_MS, 6 * HOUR_MS, DAY_MS - HOUR_MS);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('outside' as const), user, state }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ours' as const), user, state, host: fc.nat({ max: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('register' as const), user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), user: fc.integer({ min: 3, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('lag' as const), list: upToADay, audit: upToADay, report: upToADay }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      /** How many requests and writes each host lives for before one of them finishes the sweep. */
      lives: fc.array(fc.integer({ min: 2, max: 60 }), { maxLength: 2 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
);
/** About a year: what happens, and the hours before it. */
const years = fc.record({
  licence: fc.constantFrom('none' as const, 'p1' as const),
  isAuditLogRead: fc.constantFrom(true, true, false),
  steps: fc.array(fc.tuple(step, fc.integer({ min: 1, max: 300 })), { minLength: 60, maxLength: 60 }),
});
type Year = typeof years extends fc.Arbitrary<infer T> ? T : never;
type Step = Year['steps'][number][0];

async function live(year: Year): Promise<{ readonly wrong: string[]; readonly entries: number }> {
  const parts = await startParts({ users: USERS, graph: { licence: year.licence, promotionDelayMs: 0 } });
  try {
    const hosts = [parts.worker(), parts.worker()] as const;
    if (!year.isAuditLogRead)
      parts.graph.tenant.changeSettings({ deniedPermissions: ['AuditLog.Read.All', 'Directory.Read.All'] });
    await finishSweep(parts);
    const { directory, ledger } = parts.graph;
    const first = Array.from({ length: USERS }, (_, index) => stateName(directory.columns.states[index] as number));
    const wasRegistered = Array.from({ length: USERS }, (_, index) => directory.registered(index));
    const begun = ledger.entries.length;
    for (const [one, hours] of year.steps) {
      parts.clock.advance(hours * HOUR_MS);
      await happen(one, parts, hosts);
    }
    parts.graph.tenant.changeSettings({ listLagMs: 0, auditLagMs: 0, reportLagMs: 0 });
    parts.clock.advance(DAY_MS);
    for (let times = 0; times < 2; times++) await finishSweep(parts);

    const wrong: string[] = [];
    let entries = 0;
    for (let index = 3; index <= 2 + ACTIVE; index++) {
      const userId = directory.id(index);
      const recorded = await historyOf(hosts[0], userId);
      entries += recorded.length;
      const isDeleted = directory.has(index, DELETED);
      wrong.push(
        ...judgeYear({
          userId,
          first: first[index] ?? '',
          last: isDeleted ? undefined : stateName(directory.columns.states[index] as number),
          writes: ledger.after(begun).filter((write) => write.userId === userId && write.from !== write.to),
          entries: recorded,
          wasRegistered: wasRegistered[index] ?? false,
          registeredAt: directory.registeredAt(index, 'microsoftAuthenticator'),
          isEachStepKnown: year.isAuditLogRead,
        }),
      );
    }
    return { wrong, entries };
  } finally {
    await parts.close();
  }
}

async function happen(one: Step, parts: Parts, hosts: readonly [Dependencies, Dependencies]): Promise<void> {
  const { directory, tenant } = parts.graph;
  const outside = new Outside(parts);
  if (one.kind === 'lag')
    return tenant.changeSettings({ listLagMs: one.list, auditLagMs: one.audit, reportLagMs: one.report });
  if (one.kind === 'sweep') return brokenSweep(one, parts);
  const index = one.user;
  if (directory.has(index, DELETED)) return;
  const users = [directory.id(index)];
  const acknowledge = ['legacyAuthInterruption' as const, 'weaken' as const];
  switch (one.kind) {
    case 'outside':
      return outside.set({ index }, one.state);
    case 'ours':
      return void (await change(hosts[one.host] ?? hosts[0], { users, state: one.state, acknowledge }));
    case 'register':
      return directory.registered(index) ? undefined : outside.register({ index });
    case 'rename':
      return directory.rename(index, `renamed${parts.clock.now()}@contoso.com`);
    case 'delete':
      return outside.delete({ index });
  }
}

/** A sweep in which hosts end, until one finishes it. */
async function brokenSweep({ lives, when }: Extract<Step, { kind: 'sweep' }>, parts: Parts): Promise<void> {
  for (const left of lives) {
    const broken = inPagesOf(11, mortal(parts.worker(), left, when));
    await run(broken, { holdMs: 1, usersPerStep: 20 }).catch(() => undefined);
    parts.clock.advance(2);
  }
  await finishSweep(parts);
}

async function finishSweep(parts: Parts): Promise<void> {
  for (let times = 0; times < 20; times++) {
    const { end } = await run(inPagesOf(11, parts.worker()), { holdMs: 1 });
    if (end === 'completed') return;
    parts.clock.advance(MINUTE_MS);
  }
  throw new Error('The sweep does not end.');
}

it(
  'the record of a simulated year is the true history: each change outside once, in a window that holds its time',
  async () => {
    console.log(`YEAR_SEED=${SEED} YEAR_RUNS=${RUNS}`);
    let entries = 0;
    await fc.assert(
      fc.asyncProperty(years, async (year) => {
        const result = await live(year);
        entries += result.entries;
        expect(result.wrong).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    expect(entries).toBeGreaterThan(RUNS * 10);
  },
  RUNS * 10 * MINUTE_MS,
);
