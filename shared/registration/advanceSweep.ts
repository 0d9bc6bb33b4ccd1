import type { AuditStore } from '../audit/auditStore.ts';
import { describeError } from '../describeError.ts';
import { toError } from '../errors.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Pacer } from '../pace/pacer.ts';
import type { AcceptDependencies } from '../stateChange/accept.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { UserIndex } from '../users/userIndex.ts';
import { listUsersStep } from './listUsersStep.ts';
import { promoteStep } from './promoteStep.ts';
import { readMethodsStep } from './readMethodsStep.ts';
import { readReportStep } from './readReportStep.ts';
import { reconcileStep } from './reconcileStep.ts';
import type { RemindRules } from './remind.ts';
import { StagedPages } from './staged/stagedPages.ts';
import { listAgain, newSweep, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError, SweepGraph } from './sweepGraph.ts';
import type { Checkpoint, SweepStore } from './sweepStore.ts';
import { UserHistoryStore } from './userHistoryStore.ts';

/** A run holds the sweep for this long after each step, so that another one at the same time has nothing to do. */
const HOLD_MS = 5 * 60_000;
/** What was listed before a pause of this length is too old to be compared with anything. */
const LISTING_STAYS_FRESH_MS = 6 * 60 * 60_000;
/** The registration report allows five requests in ten seconds. */
const REPORT_PAUSE_MS = 2_000;
/** Less is lost when a step breaks off; more takes fewer checkpoints. */
const USERS_PER_STEP = 2_000;

export interface AdvanceSweepDependencies extends AcceptDependencies {
  readonly open: OpenTable;
  readonly sweeps: SweepStore;
  readonly userIndex: UserIndex;
  readonly queueEvent: QueueEvent;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly pacer: Pacer;
  readonly now: () => number;
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly newId: () => string;
  readonly consistencyMs: number;
  readonly stuckAfterMs: number;
  readonly promote: boolean;
  readonly remind: RemindRules | undefined;
  readonly mostReminders: number;
  /** How long a run may take; below the function timeout. */
  readonly budgetMs: number;
  readonly holdMs?: number;
  readonly reportPauseMs?: number;
  readonly usersPerStep?: number;
}

/** How a run ended. */
export type AdvanceEnd =
  /** The sweep was completed. */
  | 'completed'
  /** The time was over, or would have been before Graph answers: the next run goes on. */
  | 'outOfTime'
  /** Another run is at work. */
  | 'skipped'
  /** Another run took the sweep over. */
  | 'overtaken';

/**
 * One run of the registration sweep: goes on with the sweep that is under way, or begins one, and takes step after step
 * until it is complete or the time is over. How far it has come is stored after each step, on the version that was read:
 * of two runs at the same time, one stops, and whatever both did has been done once.
 * @throws Error when Graph refuses what the audit needs, or storage cannot be reached; the next run tries again
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
    followed: new UserHistoryStore(parts.open),
    sweepGraph,
    usersPerStep: parts.usersPerStep ?? USERS_PER_STEP,
    reportPauseMs: parts.reportPauseMs ?? REPORT_PAUSE_MS,
    deadline,
  };

  const stored = await sweeps.read();
  if (stored !== undefined && isHeld(stored, startedAt, holdMs)) return { end: 'skipped', sweep: undefined };
  let sweep = takeUp(stored, parts);
  let checkpoint = await sweeps.write(sweep, startedAt + holdMs, stored?.etag);
  if (checkpoint === undefined) return { end: 'skipped', sweep: undefined };
  await sweeps.report(sweep, 'running', startedAt);

  let spentAt = startedAt;
  let spentRequests = 0;
  /** Adds what was spent since this was last asked. */
  const withSpending = (spender: Sweep): Sweep => {
    const spent = {
      requests: spender.requests + sweepGraph.requests - spentRequests,
      workedMs: spender.workedMs + Math.max(0, now() - spentAt),
    };
    spentAt = now();
    spentRequests = sweepGraph.requests;
    return { ...spender, ...spent };
  };
  /** Gives the sweep back before it is complete. */
  const giveBack = async (problem: string, status: 'running' | 'failed'): Promise<void> => {
    sweep = { ...withSpending(sweep), problem };
    if (await sweeps.write(sweep, now(), checkpoint?.etag)) await sweeps.report(sweep, status, now());
  };

  /** Takes step after step, each stored on the checkpoint before it. */
  const takeSteps = async (from: Checkpoint): Promise<AdvanceEnd> => {
    let last = from;
    while (sweep.step.kind !== 'done') {
      if (now() > deadline) throw new OutOfTimeError('The time of the run was over.');
      sweep = withSpending(await takeStep(sweep, deps));
      const isDone = sweep.step.kind === 'done';
      if (isDone) await sweeps.report(sweep, 'completed', now());
      const written = await sweeps.write(sweep, isDone ? now() : now() + holdMs, last.etag);
      if (written === undefined) return 'overtaken';
      last = checkpoint = written;
    }
    return 'completed';
  };

  try {
    return { end: await takeSteps(checkpoint), sweep };
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof OutOfTimeError) {
      await giveBack(error.message, 'running');
      return { end: 'outOfTime', sweep };
    }
    await giveBack((error.message.split('\n')[0] || describeError(error)).slice(0, 500), 'failed');
    throw error;
  }
}

/** Clocks may be put back: a run cannot hold a sweep for longer than it ever does. */
function isHeld({ heldUntil, sweep }: Checkpoint, now: number, holdMs: number): boolean {
  return sweep.step.kind !== 'done' && heldUntil > now && heldUntil <= now + holdMs;
}

function takeUp(stored: Checkpoint | undefined, { now, newId }: AdvanceSweepDependencies): Sweep {
  if (stored === undefined || stored.sweep.step.kind === 'done') return newSweep(newId(), now(), stored?.sweep);
  const resumed: Sweep = { ...stored.sweep, resumed: stored.sweep.resumed + 1, problem: null };
  const isListing = resumed.step.kind !== 'promote' && resumed.step.kind !== 'finish';
  if (isListing && now() - stored.heldUntil > LISTING_STAYS_FRESH_MS)
    return withNote(listAgain(resumed, now()), 'Users were listed again, because the run before was long ago.');
  return resumed;
}

function takeStep(sweep: Sweep, deps: SweepDependencies): Promise<Sweep> {
  const { step } = sweep;
  switch (step.kind) {
    case 'list':
      return listUsersStep(sweep, step, deps);
    case 'report':
      return readReportStep(sweep, step, deps);
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
