import { describeError } from '../describeError.ts';
import { toError } from '../errors.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { GraphIdentity } from '../graph/graphIdentity.ts';
import type { AcceptDependencies } from '../stateChange/accept.ts';
import type { ApplyDependencies } from '../stateChange/applyDependencies.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { UserIndex } from '../users/userIndex.ts';
import { listUsersStep } from './listUsersStep.ts';
import { promoteStep } from './promoteStep.ts';
import { readMethodsStep } from './readMethodsStep.ts';
import { readReportStep } from './readReportStep.ts';
import { readTrailStep } from './readTrailStep.ts';
import { reconcileStep } from './reconcileStep.ts';
import type { RemindRules } from './remind.ts';
import { StagedPages } from './staged/stagedPages.ts';
import { listAgain, newSweep, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError, SweepGraph } from './sweepGraph.ts';
import type { Checkpoint, SweepStore } from './sweepStore.ts';
import { UserHistoryStore } from './userHistoryStore.ts';

/** After each step, an invocation holds the sweep for this long. Another invocation ends at once meanwhile. */
const HOLD_MS = 5 * 60_000;
/** After a longer pause, the sweep lists the users again: the staged pages are too old to compare. */
const LISTING_STAYS_FRESH_MS = 6 * 60 * 60_000;
/**
 * The registration report allows five requests in ten seconds (https://learn.microsoft.com/graph/throttling-limits).
 */
const REPORT_PAUSE_MS = 2_000;
/** With fewer users, less work is lost when a step breaks off; with more, fewer checkpoints are written. */
const USERS_PER_STEP = 2_000;

type SharedWithApply = Pick<
  ApplyDependencies,
  'audit' | 'graph' | 'pacer' | 'now' | 'random' | 'wait' | 'consistencyMs'
>;

export interface AdvanceSweepDependencies extends AcceptDependencies, SharedWithApply {
  readonly open: OpenTable;
  readonly sweeps: SweepStore;
  readonly userIndex: UserIndex;
  readonly queueEvent: QueueEvent;
  readonly graphIdentity: () => Promise<GraphIdentity | undefined>;
  readonly newId: () => string;
  readonly stuckAfterMs: number;
  readonly promote: boolean;
  readonly remind: RemindRules | undefined;
  readonly maxReminders: number;
  /** How long an invocation may take; below the function timeout. */
  readonly budgetMs: number;
  readonly holdMs?: number;
  readonly reportPauseMs?: number;
  readonly usersPerStep?: number;
}

/** How an invocation ended. */
export type AdvanceEnd =
  /** The sweep is complete. */
  | 'completed'
  /** The invocation had no time left, or not enough to wait for Graph: the next one continues. */
  | 'outOfTime'
  /** Another invocation holds the sweep. */
  | 'skipped'
  /** Another invocation took over the sweep. */
  | 'takenOver';

/**
 * One invocation of the registration sweep: continues the sweep that is under way, or begins one, and takes step after
 * step until the sweep is complete or no time is left. The progress is stored after each step, on the version that was
 * read: of two invocations at the same time, one stops, and what both did counts once.
 * @throws Error when Graph refuses a request that the sweep needs, or storage is unavailable; the next invocation
 * retries
 */
export async function advanceSweep(
  parts: AdvanceSweepDependencies,
): Promise<{ end: AdvanceEnd; sweep: Sweep | undefined }> {
  const { now, sweeps, holdMs = HOLD_MS } = parts;
  const startedAt = now();
  const deadline = startedAt + parts.budgetMs;
  const sweepGraph = new SweepGraph(parts, deadline);
  const deps: SweepDependencies = {
    ...parts,
    staged: new StagedPages(parts.open),
    histories: new UserHistoryStore(parts.open),
    sweepGraph,
    usersPerStep: parts.usersPerStep ?? USERS_PER_STEP,
    reportPauseMs: parts.reportPauseMs ?? REPORT_PAUSE_MS,
    deadline,
  };

  const stored = await sweeps.read();
  if (stored !== undefined && isHeld(stored, startedAt, holdMs)) return { end: 'skipped', sweep: undefined };
  let sweep = resumeOrBegin(stored, parts);
  let checkpoint = await sweeps.write(sweep, startedAt + holdMs, stored?.etag);
  if (checkpoint === undefined) return { end: 'skipped', sweep: undefined };
  await sweeps.report(sweep, 'running', startedAt);

  let countedUntil = startedAt;
  let countedRequests = 0;
  /** Adds the requests and the time since the last call. */
  const withUsage = (before: Sweep): Sweep => {
    const usage = {
      requests: before.requests + sweepGraph.requests - countedRequests,
      workedMs: before.workedMs + Math.max(0, now() - countedUntil),
    };
    countedUntil = now();
    countedRequests = sweepGraph.requests;
    return { ...before, ...usage };
  };
  /** Stops holding a sweep that is not complete. */
  const release = async (problem: string, status: 'running' | 'failed'): Promise<void> => {
    sweep = { ...withUsage(sweep), problem };
    if (await sweeps.write(sweep, now(), checkpoint?.etag)) await sweeps.report(sweep, status, now());
  };

  /** Takes step after step, and stores a checkpoint after each, on the version of the one before. */
  const takeSteps = async (from: Checkpoint): Promise<AdvanceEnd> => {
    let last = from;
    while (sweep.step.kind !== 'done') {
      if (now() > deadline) throw new OutOfTimeError('The invocation ran out of time.');
      sweep = withUsage(await takeStep(sweep, deps));
      const isDone = sweep.step.kind === 'done';
      if (isDone) await sweeps.report(sweep, 'completed', now());
      const written = await sweeps.write(sweep, isDone ? now() : now() + holdMs, last.etag);
      if (written === undefined) return 'takenOver';
      last = checkpoint = written;
    }
    return 'completed';
  };

  try {
    return { end: await takeSteps(checkpoint), sweep };
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof OutOfTimeError) {
      await release(error.message, 'running');
      return { end: 'outOfTime', sweep };
    }
    await release((error.message.split('\n')[0] || describeError(error)).slice(0, 500), 'failed');
    throw error;
  }
}

/** A clock may be set back: an end later than any invocation would set is ignored. */
function isHeld({ heldUntil, sweep }: Checkpoint, now: number, holdMs: number): boolean {
  return sweep.step.kind !== 'done' && heldUntil > now && heldUntil <= now + holdMs;
}

function resumeOrBegin(stored: Checkpoint | undefined, { now, newId }: AdvanceSweepDependencies): Sweep {
  if (stored === undefined || stored.sweep.step.kind === 'done') return newSweep(newId(), now(), stored?.sweep);
  const resumed: Sweep = { ...stored.sweep, resumed: stored.sweep.resumed + 1, problem: null };
  const isListing = resumed.step.kind !== 'promote' && resumed.step.kind !== 'finish';
  if (isListing && now() - stored.heldUntil > LISTING_STAYS_FRESH_MS)
    return withNote(
      listAgain(resumed, now()),
      'The sweep listed the users again, because the last invocation was long ago.',
    );
  return resumed;
}

function takeStep(sweep: Sweep, deps: SweepDependencies): Promise<Sweep> {
  const { step } = sweep;
  switch (step.kind) {
    case 'list':
      return listUsersStep(sweep, step, deps);
    case 'report':
      return readReportStep(sweep, step, deps);
    case 'trail':
      return readTrailStep(sweep, step, deps);
    case 'ask':
      return readMethodsStep(sweep, step, deps);
    case 'follow':
      return reconcileStep(sweep, step, deps);
    case 'promote':
      return promoteStep(sweep, step, deps);
    default:
      return finishStep(sweep, deps);
  }
}

async function finishStep(sweep: Sweep, { staged, queueEvent }: SweepDependencies): Promise<Sweep> {
  const { id, number, startedAt, entries } = sweep;
  const stuck = entries.stuckEnabled ?? 0;
  if (stuck > 0)
    await queueEvent({ event: 'stuckUsersFound', sweepId: id, sweep: number, users: stuck, from: startedAt });
  await staged.clear(sweep.id);
  const completed = { number: sweep.number, asOf: sweep.listedFrom, users: sweep.users };
  return { ...sweep, step: { kind: 'done' }, completed };
}
