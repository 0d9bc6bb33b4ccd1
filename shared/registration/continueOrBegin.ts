import { LANES, laneName } from '../domain/lane.ts';
import { newSweep, type Sweep } from './sweep.ts';
import type { Checkpoint, SweepStore } from './sweepStore.ts';
import type { UserHistoryStore } from './userHistoryStore.ts';

interface Parts {
  readonly sweeps: Pick<SweepStore, 'newestNumber'>;
  readonly histories: Pick<UserHistoryStore, 'lane'>;
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * Continues the sweep that is under way, however long ago its last invocation was, or begins a new one. The data that it has
 * read is compared with rows by the time when it was read, so old data is no reason to read it again.
 */
export async function continueOrBegin(stored: Checkpoint | undefined, parts: Parts): Promise<Sweep> {
  const { now, newId } = parts;
  const last = stored?.sweep;
  const newest = await parts.sweeps.newestNumber();
  // A sweep with a smaller number than another one before it would take each user for one that a newer sweep has compared.
  if (last !== undefined && last.step.kind !== 'done' && last.number >= newest)
    return { ...last, resumed: last.resumed + 1, problem: null, pausedUntil: 0 };
  const known = Math.max(last?.number ?? 0, newest);
  const number = known > 0 ? known : await greatestNumber(parts.histories);
  return newSweep(newId(), now(), {
    number,
    completed: last?.completed ?? null,
    openPromotions: last?.openPromotions ?? [],
  });
}

/** The greatest number of a sweep that has changed a user: the last trace, when all rows about sweeps are lost. */
async function greatestNumber(histories: Parts['histories']): Promise<number> {
  let greatest = 0;
  for (let lane = 0; lane < LANES; lane++)
    for await (const { history } of histories.lane(laneName(lane)))
      greatest = Math.max(greatest, history?.changedIn ?? 0);
  return greatest;
}
