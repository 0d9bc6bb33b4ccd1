import { LANES, laneName } from '../domain/lane.ts';
import type { MfaState } from '../domain/mfaState.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { readStates } from '../graph/requirements.ts';
import { askEach } from './askEach.ts';
import { putStagedStates } from './staged/stagedStates.ts';
import { readStagedUsers } from './staged/stagedUsers.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError } from './sweepGraph.ts';
import { givenUpNotes, namesOf } from './sweepNotes.ts';

const NEXT: Sweep['step'] = { kind: 'promotions', part: 0, page: 0 };

/**
 * Reads the states of users whose state the list does not show, lane by lane. All answers are staged, also when no time is
 * left for the last one. The state stays unknown for a deleted user, or when Graph has none.
 * @throws Error when Graph shows the state of no user at all
 */
export async function readStatesStep(sweep: Sweep, step: StepOf<'states'>, deps: SweepDependencies): Promise<Sweep> {
  if (sweep.withoutState === 0) return { ...sweep, step: NEXT };
  const queue: string[] = [];
  let { lane, after } = step;
  while (lane < LANES && queue.length < deps.usersPerStep) {
    const open = (await usersWithoutState(sweep, laneName(lane), deps)).filter((id) => id > after);
    const taken = open.slice(0, deps.usersPerStep - queue.length);
    queue.push(...taken);
    if (taken.length < open.length) after = taken.at(-1) ?? after;
    else [lane, after] = [lane + 1, ''];
  }
  const readAt = new Date(deps.now()).toISOString();
  const { states, why, isComplete, notes } = await readEach(queue, deps);
  // Accepting this would remove every state from the lists.
  if (why !== undefined && states.size === 0 && step.part === 0 && sweep.withoutState === sweep.listed)
    throw new Error(why);
  await putStagedStates(deps.staged, sweep, step.part, { states, readAt });

  const noted = notes.reduce(withNote, sweep);
  const part = step.part + 1;
  // No time was left for some: they have no staged state yet, so the next invocation finds them from the same place on.
  if (!isComplete) return { ...noted, step: { ...step, part } };
  return { ...noted, step: lane === LANES ? NEXT : { kind: 'states', lane, after, part } };
}

/** The users of a lane whose state neither the list nor an answer shows, sorted. */
async function usersWithoutState(sweep: Sweep, lane: string, { staged }: SweepDependencies): Promise<string[]> {
  const users = await readStagedUsers(staged, sweep, lane);
  return [...users.values()]
    .filter(({ state }) => state === null)
    .map(({ id }) => id)
    .sort();
}

/** What a missing answer means for the sweep. */
const UNKNOWN = 'Their state is unknown in this sweep.';

interface StateAnswers {
  readonly states: ReadonlyMap<string, MfaState>;
  /** Why Graph refused to show a state; undefined when it refused none. */
  readonly why: string | undefined;
  /** False when no time was left for all users. */
  readonly isComplete: boolean;
  readonly notes: readonly string[];
}

async function readEach(ids: readonly string[], { sweepGraph, now }: SweepDependencies): Promise<StateAnswers> {
  const states = new Map<string, MfaState>();
  const denied = new Map<string, string>();
  const notes: string[] = [];
  let isComplete = true;
  try {
    const givenUp = await askEach(
      ids,
      (part) => readStates(sweepGraph.send, part, now, { headers: LOW_PRIORITY, leaveLate: true }),
      (id, read) => {
        if (read.kind === 'known') states.set(id, read.value);
        else if (read.kind === 'refused' && read.code !== 'userNotFound') denied.set(id, read.message);
      },
      { graph: sweepGraph, what: 'states' },
    );
    notes.push(...givenUpNotes(givenUp, 'state', UNKNOWN));
  } catch (error) {
    if (!(error instanceof OutOfTimeError) || states.size === 0) throw error;
    isComplete = false;
  }
  const [why] = denied.values();
  if (why !== undefined)
    notes.push(`The state of these users could not be read: ${namesOf([...denied.keys()])}. ${UNKNOWN} ${why}`);
  return { states, why, isComplete, notes };
}
