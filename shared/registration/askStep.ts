import { z } from 'zod';
import { LANES, laneOf } from '../domain/lane.ts';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { readRegistrations } from '../graph/methods.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { cut, groupBy } from '../groupBy.ts';
import type { SweepEffects } from './effects.ts';
import { BATCHES_AT_ONCE, longer, stagedUsers } from './listStep.ts';
import { reported } from './reportStep.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import { OutOfTimeError } from './sweepGraph.ts';

const stagedAnswersSchema = z.object({ yes: z.array(z.string()), no: z.array(z.string()) });

export const laneName = (lane: number): string => String(lane).padStart(2, '0');

/**
 * Asks for the methods of enabled users, lane by lane, always in full batches: users who would not fill one wait for
 * those of the next lane. Whatever was answered is staged, also when the time is over before all of it was.
 */
export async function askStep(sweep: Sweep, step: StepOf<'ask'>, effects: SweepEffects): Promise<Sweep> {
  const queue = [...step.carried];
  let { lane, after } = step;
  while (lane < LANES && queue.length < effects.usersPerStep) {
    const open = (await enabledUsers(sweep, laneName(lane), effects)).filter((id) => id > after);
    const taken = open.slice(0, effects.usersPerStep - queue.length);
    queue.push(...taken);
    if (taken.length < open.length) after = taken.at(-1) as string;
    else [lane, after] = [lane + 1, ''];
  }
  const full = lane === LANES ? queue.length : queue.length - (queue.length % BATCH_MAX_REQUESTS);
  const asked = await ask(queue.slice(0, full), effects);
  const pile = { sweepId: sweep.id, kind: 'asked', attempt: sweep.attempt } as const;
  await effects.staged.put(pile, step.part, byLane(asked.answers));

  const carried = [...asked.open, ...queue.slice(full)];
  const noted = asked.notes.reduce(withNote, sweep);
  if (lane === LANES && carried.length === 0) return { ...noted, step: { kind: 'follow', lane: 0 } };
  return { ...noted, step: { kind: 'ask', lane, after, part: step.part + 1, carried } };
}

/** The enabled users of a lane whom the report does not say to be without methods, sorted. */
async function enabledUsers(sweep: Sweep, lane: string, effects: SweepEffects): Promise<string[]> {
  const [users, report] = await Promise.all([stagedUsers(sweep, lane, effects), reported(sweep, lane, effects)]);
  return [...users.values()]
    .filter(({ id, state }) => state === 'enabled' && report.get(id) !== false)
    .map(({ id }) => id)
    .sort();
}

interface Asked {
  readonly answers: ReadonlyMap<string, boolean>;
  /** Users for whom there was no time. */
  readonly open: readonly string[];
  readonly notes: readonly string[];
}

async function ask(ids: readonly string[], { sweepGraph, now }: SweepEffects): Promise<Asked> {
  const answers = new Map<string, boolean>();
  const notes = new Set<string>();
  const onUnknownType = (type: string): void => {
    notes.add(`Users have methods of an unknown type, which do not count: ${type.slice(0, 100)}.`);
  };
  let open = [...ids];
  try {
    for (let attempt = 0; open.length > 0; ) {
      await sweepGraph.giveWay();
      const some = open.slice(0, BATCH_MAX_REQUESTS * BATCHES_AT_ONCE);
      const reads = await Promise.all(
        cut(some, BATCH_MAX_REQUESTS).map((part) =>
          readRegistrations(sweepGraph.send, part, now, { headers: LOW_PRIORITY, onUnknownType }),
        ),
      );
      const again: string[] = [];
      let retryAfterMs: number | undefined;
      for (const [id, read] of reads.flatMap((part) => [...part])) {
        if (read.kind === 'known') answers.set(id, read.value);
        else if (read.kind === 'later') {
          again.push(id);
          retryAfterMs = longer(retryAfterMs, read.retryAfterMs);
        } else if (read.kind === 'refused' && read.code === 'accessDenied')
          notes.add(
            'Registrations could not be looked up: the service needs the permission UserAuthenticationMethod.Read.All.',
          );
      }
      open = [...again, ...open.slice(some.length)];
      if (again.length === 0) attempt = 0;
      else await sweepGraph.beforeAttempt(attempt++, retryAfterMs, 'methods');
    }
  } catch (error) {
    if (!(error instanceof OutOfTimeError) || answers.size === 0) throw error;
  }
  return { answers, open, notes: [...notes] };
}

function byLane(answers: ReadonlyMap<string, boolean>): Map<string, { yes: string[]; no: string[] }> {
  return new Map(
    [...groupBy(answers, ([id]) => laneOf(id))].map(([lane, members]) => [
      lane,
      {
        yes: members.filter(([, registered]) => registered).map(([id]) => id),
        no: members.filter(([, registered]) => !registered).map(([id]) => id),
      },
    ]),
  );
}

/** Whether the users of a lane who were asked for are registered. */
export async function askedFor(sweep: Sweep, lane: string, { staged }: SweepEffects): Promise<Map<string, boolean>> {
  const answers = new Map<string, boolean>();
  const pile = { sweepId: sweep.id, kind: 'asked', attempt: sweep.attempt } as const;
  for await (const page of staged.read(pile, lane, stagedAnswersSchema)) {
    for (const id of page.yes) answers.set(id, true);
    for (const id of page.no) answers.set(id, false);
  }
  return answers;
}
