import { LANES, laneName } from '../domain/lane.ts';
import { recordOutside } from '../stateChange/recordOutside.ts';
import { listOf } from '../users/listName.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import { unknownUser } from '../users/userRow.ts';
import { entryOf } from './findingEntry.ts';
import { METHODS_PER_LANE, withLiveFacts } from './liveFacts.ts';
import type { ObservedUser, ReconcileRules } from './observedUser.ts';
import { trailFrom } from './readTrailStep.ts';
import { reconcile } from './reconcile.ts';
import { reminderMessageOf } from './remind.ts';
import { snapshotUserOf } from './snapshotUserOf.ts';
import { readStagedMethodClasses } from './staged/stagedMethodClasses.ts';
import { putStagedPromotions, readStagedRefusals } from './staged/stagedPromotions.ts';
import { readStagedMethods, readStagedRegistrations } from './staged/stagedRegistrations.ts';
import { putStagedSorted } from './staged/stagedSorted.ts';
import { NO_TRAIL, readStagedTrail } from './staged/stagedTrail.ts';
import { readStagedUsers } from './staged/stagedUsers.ts';
import { addTally, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError } from './sweepGraph.ts';
import type { RewrittenUser, StoredUser } from './userHistory.ts';

/** Rows that are written in one transaction; Table Storage takes at most 100. */
const USERS_PER_BLOCK = 100;

/** The totals of the lanes that one step has reconciled. */
interface LaneResult {
  seen: number;
  reminded: number;
  users: Record<string, number>;
  /** The users of the snapshot. */
  listed: SnapshotUser[];
  entries: Record<string, number>;
  readonly notes: Set<string>;
}

/**
 * Compares the users of a lane, or of several small lanes, with their stored rows. Findings are first stored in the user's
 * row, on the version that they were decided on. All other writes are derived from that row and have fixed keys. So each
 * finding is recorded exactly once, even when an invocation breaks off or two work at the same time.
 */
export async function reconcileStep(sweep: Sweep, step: StepOf<'follow'>, deps: SweepDependencies): Promise<Sweep> {
  const result: LaneResult = { seen: 0, reminded: 0, users: {}, listed: [], entries: {}, notes: new Set() };
  let { lane } = step;
  do {
    await reconcileLane(sweep, laneName(lane), deps, result);
    lane++;
  } while (lane < LANES && result.seen < deps.usersPerStep);
  const run = `${laneName(step.lane)}-${laneName(lane - 1)}`;
  await putStagedSorted(deps.staged, sweep, run, result.listed);
  return {
    ...[...result.notes].reduce(withNote, sweep),
    sortedLanes: sweep.sortedLanes + lane - step.lane,
    sortedRuns: [...sweep.sortedRuns, run],
    users: addTally(sweep.users, result.users),
    entries: addTally(sweep.entries, result.entries),
    reminded: sweep.reminded + result.reminded,
    step: lane < LANES ? { kind: 'follow', lane } : { kind: 'promote', part: 0 },
  };
}

async function reconcileLane(sweep: Sweep, lane: string, deps: SweepDependencies, result: LaneResult): Promise<void> {
  const rules: ReconcileRules = {
    sweep: sweep.number,
    listedFrom: sweep.listedFrom,
    sweptFrom: sweep.completed?.confirmedFrom,
    trailFrom: trailFrom(sweep),
    isIncomplete: sweep.isIncomplete,
    now: deps.now(),
    consistencyMs: deps.consistencyMs,
    stuckAfterMs: deps.stuckAfterMs,
    promote: deps.promote,
    remind: deps.remind,
  };
  const promoted: string[] = [];
  const methodClasses = await readStagedMethodClasses(deps.staged, sweep, lane);
  const budget = { left: METHODS_PER_LANE };
  // One transaction after another: a sweep is not urgent, and state changes need the capacity of the storage.
  for await (const block of blocks(observedUsers(sweep, lane, deps))) {
    if (deps.now() > deps.deadline) throw new OutOfTimeError('The invocation ran out of time within a lane.');
    const remindersLeft = deps.maxReminders - sweep.reminded - result.reminded;
    const live = await withLiveFacts(block, rules, budget, deps);
    for (const note of live.notes) result.notes.add(note);
    const rows = await reconcileBlock(lane, live.users, rules, remindersLeft, deps);
    for (const [index, stored] of rows.entries()) {
      const classes = { methodClass: methodClasses.get(stored.row.id) ?? null, isIncomplete: sweep.isIncomplete };
      const user = snapshotUserOf(live.users[index]?.listed, stored, classes);
      count(stored, { isListed: user !== undefined, sweep: sweep.number }, result);
      if (user !== undefined) result.listed.push(user);
      if (stored.history?.promotedIn === sweep.number) promoted.push(stored.row.id);
    }
  }
  await putStagedPromotions(deps.staged, sweep, lane, promoted);
}

/** The users of a lane, listed or stored, in the order of their ids. */
async function* observedUsers(sweep: Sweep, lane: string, deps: SweepDependencies): AsyncGenerator<ObservedUser> {
  const [listed, byReport, byMethods, trails, refused] = await Promise.all([
    readStagedUsers(deps.staged, sweep, lane),
    readStagedRegistrations(deps.staged, sweep, lane),
    readStagedMethods(deps.staged, sweep, lane),
    readStagedTrail(deps.staged, sweep, lane),
    readStagedRefusals(deps.staged, sweep, lane),
  ]);
  const userOf = (id: string, stored: StoredUser): ObservedUser => ({
    listed: listed.get(id),
    stored,
    trail: trails.get(id) ?? NO_TRAIL,
    registration: { byMethods: byMethods.get(id), byReport: byReport.get(id) },
    isPromotionRefused: refused.has(id),
  });
  const newUser = (id: string): ObservedUser => userOf(id, { row: unknownUser(id), history: undefined });
  const ids = [...listed.keys()].sort().values();
  let next = ids.next();
  for await (const stored of deps.histories.lane(lane)) {
    const { id } = stored.row;
    for (; !next.done && next.value < id; next = ids.next()) yield newUser(next.value);
    if (next.value === id) next = ids.next();
    yield userOf(id, stored);
  }
  for (; !next.done; next = ids.next()) yield newUser(next.value);
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

/** Reconciles users of one lane and returns their rows as they are stored now, in the same order. */
async function reconcileBlock(
  lane: string,
  block: readonly ObservedUser[],
  rules: ReconcileRules,
  remindersLeft: number,
  deps: SweepDependencies,
): Promise<StoredUser[]> {
  const rows = block.map(({ stored }) => stored);
  const withoutReminders = { ...rules, remind: undefined };
  let left = remindersLeft - rows.filter(isReminded(rules)).length;
  const changes = block.map((user) => {
    const change = reconcile(user, left > 0 ? rules : withoutReminders);
    if (change !== undefined && isReminded(rules)(change) && !isReminded(rules)(user.stored)) left--;
    return change;
  });
  // An invocation that broke off may not have finished the writes derived from a row: finish them before the row changes.
  await record(rows.filter(isChangedBy(rules)), deps);

  const changed = changes.filter((change) => change !== undefined);
  if (changed.length === 0) return rows;
  await recordKept(rows, deps);
  if (await deps.histories.put(lane, changed)) {
    await record(changed, deps);
    return rows.map((row, index) => changes[index] ?? row);
  }
  // Another process changed one of the rows: load each row again and decide on its new version.
  return Promise.all(
    block.map((user, index) =>
      changes[index] === undefined ? user.stored : reconcileOne(lane, user, left > 0 ? rules : withoutReminders, deps),
    ),
  );
}

async function reconcileOne(
  lane: string,
  user: ObservedUser,
  rules: ReconcileRules,
  deps: SweepDependencies,
): Promise<StoredUser> {
  for (;;) {
    const stored = await deps.histories.load(lane, user.stored.row.id);
    if (isChangedBy(rules)(stored)) await record([stored], deps);
    const change = reconcile({ ...user, stored }, rules);
    if (change === undefined) return stored;
    await recordKept([stored], deps);
    if (!(await deps.histories.put(lane, [change]))) continue;
    await record([change], deps);
    return change;
  }
}

/** Records the changes outside that an attempt of a change kept in the rows: the new versions of the rows are without them. */
function recordKept(rows: readonly StoredUser[], deps: SweepDependencies): Promise<void> {
  const names = rows.flatMap(({ row, history }) => (history === undefined ? [] : [[row.id, history.name] as const]));
  return recordOutside(
    rows.map(({ row }) => row),
    new Map(names),
    deps,
  );
}

/** Whether this sweep has changed a row. An invocation that broke off may not have finished the writes derived from it. */
function isChangedBy({ sweep }: ReconcileRules): (stored: StoredUser) => stored is RewrittenUser {
  return (stored): stored is RewrittenUser => stored.history?.changedIn === sweep;
}

/** Whether this sweep has decided to remind a user. */
function isReminded({ sweep }: ReconcileRules): (known: StoredUser) => boolean {
  return ({ history }) => history?.reminder?.sweep === sweep;
}

/** Writes what is derived from changed rows: audit entries and reminders. */
async function record(rows: readonly RewrittenUser[], { audit, queues }: SweepDependencies): Promise<void> {
  const reminders = rows.flatMap(reminderMessageOf);
  if (reminders.length > 0) await queues.sendNotifications(reminders.map((notification) => ({ notification })));
  await audit.recordEach(
    rows.flatMap(({ row, history }) => history.findings.map((finding) => entryOf(row.id, history, finding))),
  );
}

function count(
  { history }: StoredUser,
  { isListed, sweep }: { readonly isListed: boolean; readonly sweep: number },
  result: LaneResult,
): void {
  result.seen++;
  if (history === undefined) return;
  if (history.reminder?.sweep === sweep) result.reminded++;
  if (isListed) result.users = addTally(result.users, { [listOf(history)]: 1 });
  if (history.changedIn === sweep)
    for (const { event } of history.findings) result.entries = addTally(result.entries, { [event]: 1 });
}
