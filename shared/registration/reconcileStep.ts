import { LANES, laneName } from '../domain/lane.ts';
import { listOf } from '../users/userIndex.ts';
import { unknownUser } from '../users/userRow.ts';
import { entryOf } from './findingEntry.ts';
import type { ObservedUser, ReconcileRules } from './observedUser.ts';
import { reconcile } from './reconcile.ts';
import { reminderMessageOf } from './remind.ts';
import { putStagedPromotions } from './staged/stagedPromotions.ts';
import { readStagedRegistrations } from './staged/stagedRegistrations.ts';
import { readStagedUsers } from './staged/stagedUsers.ts';
import { addTally, type StepOf, type Sweep } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError } from './sweepGraph.ts';
import type { RewrittenUser, StoredUser } from './userHistory.ts';

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
export async function reconcileStep(sweep: Sweep, step: StepOf<'follow'>, deps: SweepDependencies): Promise<Sweep> {
  const result: LaneResult = { seen: 0, reminded: 0, users: {}, entries: {} };
  const moving: RewrittenUser[] = [];
  let { lane } = step;
  do {
    await reconcileLane(sweep, laneName(lane), deps, result, moving);
    lane++;
  } while (lane < LANES && result.seen < deps.usersPerStep);
  await move(moving, deps);
  return {
    ...sweep,
    users: addTally(sweep.users, result.users),
    entries: addTally(sweep.entries, result.entries),
    reminded: sweep.reminded + result.reminded,
    step: lane < LANES ? { kind: 'follow', lane } : { kind: 'promote', part: 0 },
  };
}

async function reconcileLane(
  sweep: Sweep,
  lane: string,
  deps: SweepDependencies,
  result: LaneResult,
  moving: RewrittenUser[],
): Promise<void> {
  const rules: ReconcileRules = {
    sweep: sweep.number,
    listedFrom: sweep.listedFrom,
    now: deps.now(),
    consistencyMs: deps.consistencyMs,
    stuckAfterMs: deps.stuckAfterMs,
    promote: deps.promote,
    remind: deps.remind,
  };
  const promoted: string[] = [];
  // One transaction after another: a sweep has time, and leaves what storage can do to those who change states.
  for await (const block of blocks(observedUsers(sweep, lane, deps))) {
    if (deps.now() > deps.deadline) {
      await move(moving, deps);
      throw new OutOfTimeError('The time of the run was over within a lane.');
    }
    const remindersLeft = deps.mostReminders - sweep.reminded - result.reminded;
    for (const known of await reconcileBlock(lane, block, rules, remindersLeft, deps, moving)) {
      count(known, sweep.number, result);
      if (known.history?.promotedIn === sweep.number) promoted.push(known.row.id);
    }
    if (moving.length >= MOVES_AT_ONCE) await move(moving.splice(0), deps);
  }
  await putStagedPromotions(deps.staged, sweep, lane, promoted);
}

/** The users of a lane, those listed and those known, in the order of their ids. */
async function* observedUsers(sweep: Sweep, lane: string, deps: SweepDependencies): AsyncGenerator<ObservedUser> {
  const [listed, report, answers] = await Promise.all([
    readStagedUsers(deps.staged, sweep, lane),
    readStagedRegistrations(deps.staged, sweep, 'report', lane),
    readStagedRegistrations(deps.staged, sweep, 'asked', lane),
  ]);
  const observedOf = (id: string, known: StoredUser): ObservedUser => ({
    listed: listed.get(id),
    known,
    registration: { asked: answers.get(id), reported: report.get(id) },
  });
  const unknown = (id: string): ObservedUser => observedOf(id, { row: unknownUser(id), history: undefined });
  const ids = [...listed.keys()].sort();
  let next = 0;
  for await (const known of deps.followed.lane(lane)) {
    const { id } = known.row;
    for (; next < ids.length && (ids[next] as string) < id; next++) yield unknown(ids[next] as string);
    if (ids[next] === id) next++;
    yield observedOf(id, known);
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
 * Reconciles users of one lane and returns how they now stand.
 * @param moving takes those whose places in the lists are still to be changed, each at most once in a pass over the lane
 */
async function reconcileBlock(
  lane: string,
  block: readonly ObservedUser[],
  rules: ReconcileRules,
  remindersLeft: number,
  deps: SweepDependencies,
  moving: RewrittenUser[],
): Promise<StoredUser[]> {
  const rows = block.map(({ known }) => known);
  const withoutReminders = { ...rules, remind: undefined };
  let left = remindersLeft - rows.filter(isReminded(rules)).length;
  const changes = block.map((observed) => {
    const change = reconcile(observed, left > 0 ? rules : withoutReminders);
    if (change !== undefined && isReminded(rules)(change) && !isReminded(rules)(observed.known)) left--;
    return change;
  });
  // What a pass that broke off may have left of a row is done before the row says something else.
  await derive(rows.filter((_, index) => changes[index] !== undefined).filter(isOf(rules)), deps);
  const begun = rows.filter((_, index) => changes[index] === undefined).filter(isOf(rules));
  await record(begun, deps);
  moving.push(...begun);

  const changed = changes.filter((change) => change !== undefined);
  if (changed.length === 0) return rows;
  if (await deps.followed.put(lane, changed)) {
    await record(changed, deps);
    moving.push(...changed);
    return rows.map((row, index) => changes[index] ?? row);
  }
  // Somebody else changed one of them: each is decided again on what it is now.
  return Promise.all(
    block.map((observed, index) =>
      changes[index] === undefined
        ? observed.known
        : reconcileOne(lane, observed, left > 0 ? rules : withoutReminders, deps),
    ),
  );
}

async function reconcileOne(
  lane: string,
  observed: ObservedUser,
  rules: ReconcileRules,
  deps: SweepDependencies,
): Promise<StoredUser> {
  for (;;) {
    const known = await deps.followed.load(lane, observed.known.row.id);
    if (isOf(rules)(known)) await derive([known], deps);
    const change = reconcile({ ...observed, known }, rules);
    if (change === undefined) return known;
    if (!(await deps.followed.put(lane, [change]))) continue;
    await derive([change], deps);
    return change;
  }
}

/** A row that this sweep has changed: a run that broke off may not have done what follows from that. */
function isOf({ sweep }: ReconcileRules): (known: StoredUser) => known is RewrittenUser {
  return (known): known is RewrittenUser => known.history?.changedIn === sweep;
}

/** A user for whom this sweep has decided on a reminder. */
function isReminded({ sweep }: ReconcileRules): (known: StoredUser) => boolean {
  return ({ history }) => history?.reminder?.sweep === sweep;
}

/** Does what follows from changed rows: the audit entries, the reminders, and the users' places in the lists. */
async function derive(rows: readonly RewrittenUser[], deps: SweepDependencies): Promise<void> {
  await record(rows, deps);
  await move(rows, deps);
}

async function record(rows: readonly RewrittenUser[], { audit, queues }: SweepDependencies): Promise<void> {
  const reminders = rows.flatMap(reminderMessageOf);
  if (reminders.length > 0) await queues.sendNotifications(reminders.map((notification) => ({ notification })));
  await audit.recordEach(
    rows.flatMap(({ row, history }) => history.findings.map((finding) => entryOf(row.id, history, finding))),
  );
}

async function move(rows: readonly RewrittenUser[], { userIndex }: SweepDependencies): Promise<void> {
  await userIndex.move(
    rows.map(({ row: { id }, history }) => ({
      id,
      from: history.previous,
      to: history.gone ? null : { ...history, id },
    })),
  );
}

function count({ history }: StoredUser, sweep: number, result: LaneResult): void {
  result.seen++;
  if (history === undefined) return;
  if (history.reminder?.sweep === sweep) result.reminded++;
  if (!history.gone) result.users = addTally(result.users, { [listOf(history)]: 1 });
  if (history.changedIn === sweep)
    for (const { event } of history.findings) result.entries = addTally(result.entries, { [event]: 1 });
}
