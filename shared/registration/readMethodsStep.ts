import { LANES, laneName } from '../domain/lane.ts';
import type { MethodClass } from '../domain/methodClass.ts';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { methodClassOf } from '../graph/methodClass.ts';
import { type RegisteredMethods, readMethods as readMethodsOf } from '../graph/methods.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { askEach } from './askEach.ts';
import { putStagedMethodClasses } from './staged/stagedMethodClasses.ts';
import { putStagedMethods, readStagedRegistrations } from './staged/stagedRegistrations.ts';
import { NO_TRAIL, readStagedTrail } from './staged/stagedTrail.ts';
import { readStagedUsers } from './staged/stagedUsers.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError } from './sweepGraph.ts';
import { givenUpNotes, namesOf } from './sweepNotes.ts';

/**
 * Reads the methods of enabled users, lane by lane, always in full batches: users who do not fill a batch wait for the
 * users of the next lane. All answers are staged, also when no time is left for the last one.
 */
export async function readMethodsStep(sweep: Sweep, step: StepOf<'ask'>, deps: SweepDependencies): Promise<Sweep> {
  const queue = [...step.carried];
  let { lane, after } = step;
  while (lane < LANES && queue.length < deps.usersPerStep) {
    const open = (await enabledUsers(sweep, laneName(lane), deps)).filter((id) => id > after);
    const taken = open.slice(0, deps.usersPerStep - queue.length);
    queue.push(...taken);
    if (taken.length < open.length) after = taken.at(-1) ?? after;
    else [lane, after] = [lane + 1, ''];
  }
  const full = lane === LANES ? queue.length : queue.length - (queue.length % BATCH_MAX_REQUESTS);
  const { answers, classes, open, notes } = await readMethods(queue.slice(0, full), deps);
  await putStagedMethods(deps.staged, sweep, step.part, answers);
  await putStagedMethodClasses(deps.staged, sweep, { source: 'asked', page: step.part }, classes);

  const carried = [...open, ...queue.slice(full)];
  const noted = notes.reduce(withNote, sweep);
  if (lane === LANES && carried.length === 0) return { ...noted, step: { kind: 'follow', lane: 0 } };
  return { ...noted, step: { kind: 'ask', lane, after, part: step.part + 1, carried } };
}

/**
 * The enabled users of a lane, sorted. The report may be days old, so a user without methods in it is left out only if the
 * audit log of Entra could be read, and has no registration of the user.
 */
async function enabledUsers(sweep: Sweep, lane: string, deps: SweepDependencies): Promise<string[]> {
  const [users, report, trail] = await Promise.all([
    readStagedUsers(deps.staged, sweep, lane),
    readStagedRegistrations(deps.staged, sweep, lane),
    readStagedTrail(deps.staged, sweep, lane),
  ]);
  const isLeftOut = (id: string): boolean =>
    report.get(id) === false && sweep.isTrailRead && (trail.get(id) ?? NO_TRAIL).registrations.length === 0;
  return [...users.values()]
    .filter(({ id, state }) => state === 'enabled' && !isLeftOut(id))
    .map(({ id }) => id)
    .sort();
}

/** What a missing answer means for the sweep. */
const UNKNOWN = 'Whether they have registered is unknown in this sweep.';

interface MethodAnswers {
  readonly answers: ReadonlyMap<string, RegisteredMethods>;
  readonly classes: ReadonlyMap<string, MethodClass | null>;
  /** Users without an answer, because no time was left. */
  readonly open: readonly string[];
  readonly notes: readonly string[];
}

async function readMethods(ids: readonly string[], { sweepGraph, now }: SweepDependencies): Promise<MethodAnswers> {
  const answered = new Set<string>();
  const answers = new Map<string, RegisteredMethods>();
  const classes = new Map<string, MethodClass | null>();
  const onTypes = (id: string, types: readonly string[]): void => {
    classes.set(id, methodClassOf(types));
  };
  const notes = new Set<string>();
  const onUnknownType = (type: string): void => {
    notes.add(
      `Some users have a method of an unknown type, which does not count as registered: ${type.slice(0, 100)}.`,
    );
  };
  const refused = new Map<string, string[]>();
  try {
    const givenUp = await askEach(
      ids,
      (part) =>
        readMethodsOf(sweepGraph.send, part, now, { headers: LOW_PRIORITY, leaveLate: true, onUnknownType, onTypes }),
      (id, read) => {
        answered.add(id);
        if (read.kind === 'known') answers.set(id, read.value);
        else if (read.kind === 'refused' && read.code !== 'userNotFound')
          refused.set(read.message, [...(refused.get(read.message) ?? []), id]);
      },
      { graph: sweepGraph, what: 'methods' },
    );
    for (const { id } of givenUp) answered.add(id);
    for (const note of givenUpNotes(givenUp, 'methods', UNKNOWN)) notes.add(note);
  } catch (error) {
    if (!(error instanceof OutOfTimeError) || answers.size === 0) throw error;
  }
  for (const [why, some] of refused)
    notes.add(`The service could not read the methods of these users: ${namesOf(some)}. ${UNKNOWN} ${why}`);
  return { answers, classes, open: ids.filter((id) => !answered.has(id)), notes: [...notes] };
}
