import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { AdvanceEnd } from '../../../shared/registration/advanceSweep.ts';
import { addTally } from '../../../shared/registration/sweep.ts';
import { mortal, watched } from '../../support/mortal.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';
import { expectListsToBeTrue, findings, inPagesOf, Outside, run, runsOf, sweep } from './sweeps.ts';

const USERS = 60;
let parts: Parts;
let deps: Dependencies;
let outside: Outside;
beforeAll(async () => {
  parts = await startParts({ users: USERS });
  deps = inPagesOf(25, parts.worker());
  outside = new Outside(parts);
});
afterAll(() => parts.close());

/** Makes something of each kind to find, and returns what must have been found of it in the end, by event. */
function disturb(): Record<string, number> {
  const { directory } = parts.graph;
  const events: string[] = [];
  for (let index = 0; index < USERS; index += 3) {
    const state = directory.columns.states[index];
    outside.set({ index }, state === 1 ? 'enforced' : state === 0 ? 'enabled' : 'disabled');
    events.push('changedOutside');
    if (state === 0 && directory.registered(index)) events.push('alreadyRegistered');
  }
  return tally(events);
}

function tally(events: readonly string[]): Record<string, number> {
  return events.reduce((sum, event) => addTally(sum, { [event]: 1 }), {});
}

/** What was recorded since some entries had been, by event. */
async function newSince(count: number): Promise<Record<string, number>> {
  const entries = (await findings(deps)).sort((a, b) => (a.at < b.at ? -1 : 1));
  return tally(entries.slice(count).map(({ event }) => event));
}

describe('a sweep that is cut off', () => {
  it('anywhere, again and again, records each finding once and leaves the lists true', async () => {
    await sweep(deps);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 2, max: 40 }), fc.constantFrom<'before' | 'after'>('before', 'after')), {
          minLength: 6,
          maxLength: 12,
        }),
        async (lives) => {
          const before = (await findings(deps)).length;
          const expected = disturb();
          let end: AdvanceEnd | undefined;
          for (let turn = 0; end !== 'completed'; turn++) {
            const [left, when] = lives[turn] ?? [1_000, 'after'];
            const worker = mortal(parts.worker(), left, when);
            end = await run(inPagesOf(25, worker), { holdMs: 1, usersPerStep: 20 }).then(
              (done) => done.end,
              () => undefined,
            );
            parts.clock.advance(2);
          }
          expect(await newSince(before)).toEqual(expected);
          await expectListsToBeTrue(parts, deps);
          const [newest] = await runsOf(deps);
          expect(newest?.status).toBe('completed');
          expect(newest?.entries).toEqual(expected);
        },
      ),
      {
        numRuns: 3,
        // Ends after the snapshot is complete, and before the sweep is: what it was made from is removed by then.
        examples: [
          [
            [
              [8, 'before'],
              [22, 'after'],
              [29, 'after'],
              [31, 'after'],
              [20, 'before'],
              [21, 'before'],
              [30, 'before'],
            ],
          ],
        ],
      },
    );
  });

  it('after every single step comes to the same end', async () => {
    const expected = disturb();
    let runs = 0;
    for (let end: AdvanceEnd | undefined; end !== 'completed'; runs++) {
      // The clock jumps at the first checkpoint, so the invocation has no time left after one step.
      const late = { steps: 0 };
      const now = (): number => parts.clock.now() + (late.steps > 1 ? 600_000 : 0);
      const worker = parts.worker();
      replaceMethod(worker.sweeps, 'write', (write) => (...args) => {
        late.steps++;
        return write(...args);
      });
      end = (await run(inPagesOf(25, { ...worker, now }), { holdMs: 1, budgetMs: 300_000, usersPerStep: 20 })).end;
      parts.clock.advance(600_002);
    }
    expect(runs).toBeGreaterThan(9);
    const [newest] = await runsOf(deps);
    expect(newest).toMatchObject({ status: 'completed', entries: expected, resumed: runs - 1 });
    await expectListsToBeTrue(parts, deps);
  });
});

describe('two runs at the same time', () => {
  it('are one: the other has nothing to do', async () => {
    const ends = await Promise.all([run(deps), run(inPagesOf(25, parts.worker()))]);
    expect(ends.map(({ end }) => end).sort()).toEqual(['completed', 'skipped']);
  });

  it('do nothing twice, even when each takes the sweep over from the one before in the middle of something', async () => {
    const before = (await findings(deps)).length;
    const expected = disturb();
    const runs: Promise<AdvanceEnd | undefined>[] = [];
    const ends: (AdvanceEnd | undefined)[] = [];
    for (let turn = 0; !ends.includes('completed'); turn++) {
      let writes = 0;
      let isUnderWay = (): void => {};
      const underWay = new Promise<void>((resolve) => {
        isUnderWay = resolve;
      });
      const worker = watched(parts.worker(), (work) => {
        if (++writes === 5 + 6 * turn) isUnderWay();
        return work();
      });
      const mine = run(inPagesOf(25, worker), { holdMs: 0, usersPerStep: 20 }).then(({ end }) => end);
      runs.push(mine);
      await Promise.race([underWay, mine.then((end) => ends.push(end))]);
    }
    expect(await Promise.all(runs)).toContain('takenOver');
    expect(await newSince(before)).toEqual(expected);
    await expectListsToBeTrue(parts, deps);
  });
});
