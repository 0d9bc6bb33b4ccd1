import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MfaState, stateName } from '../../../local/graph/directory/mfaState.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { change } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { DAY_MS, expectListsToBeTrue, findings, Outside, sweep } from './sweeps.ts';

const USERS = 24;
const SWEEPS = 20;
const STUCK_DAYS = 7;

/** Few enough that more than one thing happens to each. */
const user = fc.integer({ min: 1, max: 8 });
const state = fc.constantFrom<MfaState>('disabled', 'enabled', 'enabled', 'enforced');
const changes = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('ours' as const), user, state }),
    fc.record({ kind: fc.constant('outside' as const), user, state }),
    fc.record({ kind: fc.constantFrom('register' as const, 'register' as const, 'unregister' as const), user }),
    fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 5 }) }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** What must be known of a user, by the rules alone. */
interface Known {
  state: MfaState;
  /** The time of the model's clock, in days, at which the user was enabled or first seen enabled. */
  enabledOn: number;
  registeredOn: number | undefined;
  isRecorded: boolean;
  isStuckRecorded: boolean;
}

let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts({ users: USERS });
  deps = parts.worker();
});
afterAll(() => parts.close());

it('records each thing that happens once and nothing else, over many sweeps with changes between them', async () => {
  const outside = new Outside(parts);
  const { directory } = parts.graph;
  const stateOf = (index: number): MfaState => stateName(directory.columns.states[index] as number);
  const model = new Map<number, Known>();
  const expected: string[] = [];
  let today = 0;

  /** A change of the service: what is known changes, and nothing is found. */
  const known = (index: number, to: MfaState): void => {
    const before = model.get(index);
    if (before?.state === to) return;
    model.set(index, episode(to));
  };
  const episode = (to: MfaState): Known => ({
    state: to,
    enabledOn: today,
    registeredOn: undefined,
    isRecorded: false,
    isStuckRecorded: false,
  });
  /** What a sweep must find. */
  const look = (index: number): void => {
    const now = stateOf(index);
    const before = model.get(index);
    const found = (event: string): void => void expected.push(`${directory.id(index)} ${event}`);
    if (before !== undefined && before.state !== now)
      found(before.state === 'enabled' && now === 'enforced' ? 'enforcedByEntra' : 'changedOutside');
    const one = before === undefined || before.state !== now ? episode(now) : before;
    model.set(index, one);
    if (now !== 'enabled') return;
    if (!directory.registered(index)) {
      one.registeredOn = undefined;
      return;
    }
    one.registeredOn ??= today;
    if (!one.isRecorded) found('registrationCompleted');
    one.isRecorded = true;
    if (today - Math.max(one.enabledOn, one.registeredOn) <= STUCK_DAYS || one.isStuckRecorded) return;
    found('stuckEnabled');
    one.isStuckRecorded = true;
  };

  const rounds = fc.sample(changes, { numRuns: SWEEPS, seed: 20260302 });
  for (const round of rounds) {
    for (const one of round) {
      if (one.kind === 'wait') {
        parts.clock.advance(one.days * DAY_MS);
        today += one.days;
      } else if (one.kind === 'outside') outside.set({ index: one.user }, one.state);
      else if (one.kind === 'ours') {
        // Past the time in which reads may lag, so that what others did before is not taken for something old.
        parts.clock.advance(300_000);
        const users = [directory.id(one.user)];
        const acknowledge = ['legacyAuthInterruption' as const, 'weaken' as const];
        const [item] = await change(deps, { users, state: one.state, acknowledge });
        if (item?.outcome === 'applied' || item?.outcome === 'unchanged') known(one.user, one.state);
      } else if (one.kind === 'register') outside.register({ index: one.user });
      else outside.unregister({ index: one.user });
    }
    // A stuck user is one for longer than the days say, and the clock ran while the test did.
    parts.clock.advance(60_000);
    const { entries } = await sweep(deps, { stuckAfterMs: STUCK_DAYS * DAY_MS + DAY_MS / 2 });
    for (let index = 0; index < USERS; index++) look(index);
    const recorded = (await findings(deps)).map(({ userId, event }) => `${userId} ${event}`);
    expect(recorded.sort()).toEqual([...expected].sort());
    expect(Object.values(entries).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(expected.length);
    await expectListsToBeTrue(parts, deps);
  }
  expect(new Set(expected.map((line) => line.split(' ')[1])).size).toBe(4);
});
