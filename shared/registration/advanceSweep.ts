import { describeError } from '../describeError.ts';
import { toError } from '../errors.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { GraphIdentity } from '../graph/graphIdentity.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { AcceptDependencies } from '../stateChange/accept.ts';
import type { ApplyDependencies } from '../stateChange/applyDependencies.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { ChangedUsers } from '../users/changedUsers.ts';
import type { SnapshotStore } from '../users/snapshotStore.ts';
import { continueOrBegin } from './continueOrBegin.ts';
import { CoverageStore } from './coverageStore.ts';
import { endWithin } from './endWithin.ts';
import { finishStep } from './finishStep.ts';
import { listUsersStep } from './listUsersStep.ts';
import { promoteStep } from './promoteStep.ts';
import { readMethodsStep } from './readMethodsStep.ts';
import { readPromotionsStep } from './readPromotionsStep.ts';
import { readReportStep } from './readReportStep.ts';
import { readStatesStep } from './readStatesStep.ts';
import { readTrailStep } from './readTrailStep.ts';
import { reconcileStep } from './reconcileStep.ts';
import type { RemindRules } from './remind.ts';
import { StagedPages } from './staged/stagedPages.ts';
import type { Sweep } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { OutOfTimeError, SweepGraph } from './sweepGraph.ts';
import { type Checkpoint, HOLD_MS, isHeldNow, type SweepStore } from './sweepStore.ts';
import { UserHistoryStore } from './userHistoryStore.ts';

/** A request to Table Storage that is not answered may keep an invocation this much longer than its time. */
const GIVE_UP_AFTER_MS = 6_000;
/** After an error, only the timer continues the sweep before this time has passed. */
const PAUSE_AFTER_ERROR_MS = 15 * 60_000;
/** How often the report of a sweep under way is stored. */
const REPORT_EVERY_MS = 3_000;
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
  readonly snapshots: SnapshotStore;
  readonly changedUsers: ChangedUsers;
  readonly administrators: () => Promise<PrivilegedUsersAnswer>;
  readonly queueEvent: QueueEvent;
  readonly graphIdentity: () => Promise<GraphIdentity | undefined>;
  readonly progress: ProgressReader;
  readonly newId: () => string;
  readonly stuckAfterMs: number;
  readonly promote: boolean;
  readonly remind: RemindRules | undefined;
  readonly maxReminders: number;
  /** How long an invocation may take; below the function timeout. */
  readonly budgetMs: number;
  /** Begins a new sweep only when the last one has a smaller number. */
  readonly upTo?: number;
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
  | 'takenOver'
  /** The sweep that was asked for has been completed before. */
  | 'notNeeded';

/**
 * One invocation of the registration sweep: continues the sweep that is under way, or begins one, and takes step after
 * step until the sweep is complete or no time is left. The progress is stored after each step, on the version that was
 * read: of two invocations at the same time, one stops, and what both did counts once.
 * @throws Error when Graph refuses a request that the sweep needs, or storage is unavailable; the next invocation
 * retries
 */
export function advanceSweep(parts: AdvanceSweepDependencies): Promise<Advanced> {
  return endWithin(advance(parts), parts.budgetMs + GIVE_UP_AFTER_MS);
}

interface Advanced {
  readonly end: AdvanceEnd;
  readonly sweep: Sweep | undefined;
}

async function advance(parts: AdvanceSweepDependencies): Promise<Advanced> {
  const { now, sweeps, upTo, holdMs = HOLD_MS } = parts;
  const startedAt = now();
  const deadline = startedAt + parts.budgetMs;
  const sweepGraph = new SweepGraph(parts, deadline);
  const deps: SweepDependencies = {
    ...parts,
    staged: new StagedPages(parts.open),
    histories: new UserHistoryStore(parts.open),
    coverage: new CoverageStore(parts.open),
    sweepGraph,
    usersPerStep: parts.usersPerStep ?? USERS_PER_STEP,
    reportPauseMs: parts.reportPauseMs ?? REPORT_PAUSE_MS,
    deadline,
  };

  const stored = await sweeps.read();
  if (stored !== undefined && isHeldNow(stored, startedAt, holdMs)) return { end: 'skipped', sweep: undefined };
  if (stored?.sweep.step.kind === 'done' && upTo !== undefined && stored.sweep.number >= upTo)
    return { end: 'notNeeded', sweep: stored.sweep };
  let sweep = await continueOrBegin(stored, { ...parts, histories: deps.histories });
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
  const release = async (problem: string, status: 'running' | 'failed', pausedUntil: number): Promise<void> => {
    sweep = { ...withUsage(sweep), problem, pausedUntil };
    if (await sweeps.write(sweep, now(), checkpoint?.etag)) await sweeps.report(sweep, status, now());
  };

  let reportedAt = startedAt;
  const reportProgress = async (): Promise<void> => {
    if (now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = now();
    await sweeps.report(sweep, 'running', reportedAt);
  };

  /** Takes step after step, and stores a checkpoint after each, on the version of the one before. */
  const takeSteps = async (from: Checkpoint): Promise<AdvanceEnd> => {
    let last = from;
    for (;;) {
      sweepGraph.checkTime();
      sweep = withUsage(await takeStep(sweep, deps));
      const isDone = sweep.step.kind === 'done';
      if (isDone) await sweeps.report(sweep, 'completed', now());
      const written = await sweeps.write(sweep, isDone ? now() : now() + holdMs, last.etag);
      if (written === undefined) return 'takenOver';
      last = checkpoint = written;
      if (isDone) return 'completed';
      await reportProgress();
    }
  };

  try {
    return { end: await takeSteps(checkpoint), sweep };
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof OutOfTimeError) {
      await release(error.message, 'running', error.continueAt ?? 0);
      return { end: 'outOfTime', sweep };
    }
    await release(
      (error.message.split('\n')[0] || describeError(error)).slice(0, 500),
      'failed',
      now() + PAUSE_AFTER_ERROR_MS,
    );
    throw error;
  }
}

function takeStep(sweep: Sweep, deps: SweepDependencies): Promise<Sweep> {
  const { step } = sweep;
  switch (step.kind) {
    case 'list':
      return listUsersStep(sweep, step, deps);
    case 'states':
      return readStatesStep(sweep, step, deps);
    case 'promotions':
      return readPromotionsStep(sweep, step, deps);
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
    case 'finish':
      return finishStep(sweep, step, deps);
    case 'done':
      return Promise.resolve(sweep);
  }
}
