import { LANES } from '../domain/lane.ts';
import { listOf } from '../users/userIndex.ts';
import { unknownUser } from '../users/userRow.ts';
import { askedFor, laneName } from './askStep.ts';
import type { SweepEffects } from './effects.ts';
import { entryOf } from './findingEntry.ts';
import { type Followed, type FollowRules, follow, type Sighting } from './follow.ts';
import type { FollowedRow } from './followUp.ts';
import { stagedUsers } from './listStep.ts';
import { keepPromotions } from './promoteStep.ts';
import { reminderMessageOf } from './remind.ts';
import { reported } from './reportStep.ts';
import { addTally, type StepOf, type Sweep } from './sweep.ts';
import { OutOfTimeError } from './sweepGraph.ts';

/** Rows that are written in one transaction; Table Storage takes at most 100. */
const USERS_PER_BLOCK = 100;
/** Users who change their places in the lists at one time: as these have many partitions, fewer would not fill a transaction. */
const MOVES_AT_ONCE = 2_000;

/** What some lanes came to. */
interface LaneResult {
  seen: number;
  reminded: number;
  users: Record<string, number>;
  entries: Record<string, number>;
}

/**
 * Compares the users of a lane, or of several when they have few, with what is known of them. What is found about a user
 * is first stored in the user's row, on the version that it was decided on; then everything else is derived from the row,
 * by fixed keys. So whatever breaks off, and whoever else is at it, each finding is recorded exactly once.
 */
export async function followStep(sweep: Sweep, step: StepOf<'follow'>, effects: SweepEffects): Promise<Sweep> {
  const result: LaneResult = { seen: 0, reminded: 0, users: {}, entries: {} };
  const moving: Followed[] = [];
  let { lane } = step;
  do {
    await followLane(sweep, laneName(lane), effects, result, moving);
    lane++;
  } while (lane < LANES && result.seen < effects.usersPerStep);
  await move(moving, effects);
  return {
    ...sweep,
    users: addTally(sweep.users, result.users),
    entries: addTally(sweep.entries, result.entries),
    reminded: sweep.reminded + result.reminded,
    step: lane < LANES ? { kind: 'follow', lane } : { kind: 'promote', part: 0 },
  };
}

async function followLane(
  sweep: Sweep,
  lane: string,
  effects: SweepEffects,
  result: LaneResult,
  moving: Followed[],
): Promise<void> {
  const rules: FollowRules = {
    sweep: sweep.number,
    listedFrom: sweep.listedFrom,
    now: effects.now(),
    consistencyMs: effects.consistencyMs,
    stuckAfterMs: effects.stuckAfterMs,
    promote: effects.promote,
    remind: effects.remind,
  };
  const promoted: string[] = [];
  // One transaction after another: a sweep has time, and leaves what storage can do to those who change states.
  for await (const block of blocks(sightings(sweep, lane, effects))) {
    if (effects.now() > effects.deadline) {
      await move(moving, effects);
      throw new OutOfTimeError('The time of the run was over within a lane.');
    }
    const remindersLeft = effects.mostReminders - sweep.reminded - result.reminded;
    for (const known of await followBlock(lane, block, rules, remindersLeft, effects, moving)) {
      count(known, sweep.number, result);
      if (known.followUp?.promotedIn === sweep.number) promoted.push(known.row.id);
    }
    if (moving.length >= MOVES_AT_ONCE) await move(moving.splice(0), effects);
  }
  await keepPromotions(sweep, lane, promoted, effects);
}

/** The users of a lane, those listed and those known, in the order of their ids. */
async function* sightings(sweep: Sweep, lane: string, effects: SweepEffects): AsyncGenerator<Sighting> {
  const [listed, report, answers] = await Promise.all([
    stagedUsers(sweep, lane, effects),
    reported(sweep, lane, effects),
    askedFor(sweep, lane, effects),
  ]);
  const sightingOf = (id: string, known: FollowedRow): Sighting => ({
    listed: listed.get(id),
    known,
    registration: { asked: answers.get(id), reported: report.get(id) },
  });
  const unknown = (id: string): Sighting => sightingOf(id, { row: unknownUser(id), followUp: undefined });
  const ids = [...listed.keys()].sort();
  let next = 0;
  for await (const known of effects.followed.lane(lane)) {
    const { id } = known.row;
    for (; next < ids.length && (ids[next] as string) < id; next++) yield unknown(ids[next] as string);
    if (ids[next] === id) next++;
    yield sightingOf(id, known);
  }
  for (; next < ids.length; next++) yield unknown(ids[next] as string);
}

async function* blocks<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let block: T[] = [];
  for await (const item of items) {
    block.push(item);
    if (block.length < USERS_PER_BLOCK) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/**
 * Follows users of one lane and returns how they now stand.
 * @param moving takes those whose places in the lists are still to be changed, each at most once in a pass over the lane
 */
async function followBlock(
  lane: string,
  block: readonly Sighting[],
  rules: FollowRules,
  remindersLeft: number,
  effects: SweepEffects,
  moving: Followed[],
): Promise<FollowedRow[]> {
  const rows = block.map(({ known }) => known);
  const silent = { ...rules, remind: undefined };
  let left = remindersLeft - rows.filter(isReminded(rules)).length;
  const changes = block.map((sighting) => {
    const change = follow(sighting, left > 0 ? rules : silent);
    if (change !== undefined && isReminded(rules)(change) && !isReminded(rules)(sighting.known)) left--;
    return change;
  });
  // What a pass that broke off may have left of a row is done before the row says something else.
  await derive(rows.filter((_, index) => changes[index] !== undefined).filter(isOf(rules)), effects);
  const begun = rows.filter((_, index) => changes[index] === undefined).filter(isOf(rules));
  await record(begun, effects);
  moving.push(...begun);

  const changed = changes.filter((change) => change !== undefined);
  if (changed.length === 0) return rows;
  if (await effects.followed.put(lane, changed)) {
    await record(changed, effects);
    moving.push(...changed);
    return rows.map((row, index) => changes[index] ?? row);
  }
  // Somebody else changed one of them: each is decided again on what it is now.
  return Promise.all(
    block.map((sighting, index) =>
      changes[index] === undefined ? sighting.known : followOne(lane, sighting, left > 0 ? rules : silent, effects),
    ),
  );
}

async function followOne(
  lane: string,
  sighting: Sighting,
  rules: FollowRules,
  effects: SweepEffects,
): Promise<FollowedRow> {
  for (;;) {
    const known = await effects.followed.load(lane, sighting.known.row.id);
    if (isOf(rules)(known)) await derive([known], effects);
    const change = follow({ ...sighting, known }, rules);
    if (change === undefined) return known;
    if (!(await effects.followed.put(lane, [change]))) continue;
    await derive([change], effects);
    return change;
  }
}

/** A row that this sweep has changed: a run that broke off may not have done what follows from that. */
function isOf({ sweep }: FollowRules): (known: FollowedRow) => known is Followed {
  return (known): known is Followed => known.followUp?.changedIn === sweep;
}

/** A user for whom this sweep has decided on a reminder. */
function isReminded({ sweep }: FollowRules): (known: FollowedRow) => boolean {
  return ({ followUp }) => followUp?.reminder?.sweep === sweep;
}

/** Does what follows from changed rows: the audit entries, the reminders, and the users' places in the lists. */
async function derive(rows: readonly Followed[], effects: SweepEffects): Promise<void> {
  await record(rows, effects);
  await move(rows, effects);
}

async function record(rows: readonly Followed[], { audit, queues }: SweepEffects): Promise<void> {
  const reminders = rows.flatMap(reminderMessageOf);
  if (reminders.length > 0) await queues.sendNotifications(reminders.map((notification) => ({ notification })));
  await audit.recordEach(
    rows.flatMap(({ row, followUp }) => followUp.findings.map((finding) => entryOf(row.id, followUp, finding))),
  );
}

async function move(rows: readonly Followed[], { userIndex }: SweepEffects): Promise<void> {
  await userIndex.move(
    rows.map(({ row: { id }, followUp }) => ({
      id,
      from: followUp.previous,
      to: followUp.gone ? null : { ...followUp, id },
    })),
  );
}

function count({ followUp }: FollowedRow, sweep: number, result: LaneResult): void {
  result.seen++;
  if (followUp === undefined) return;
  if (followUp.reminder?.sweep === sweep) result.reminded++;
  if (!followUp.gone) result.users = addTally(result.users, { [listOf(followUp)]: 1 });
  if (followUp.changedIn === sweep)
    for (const { event } of followUp.findings) result.entries = addTally(result.entries, { [event]: 1 });
}
