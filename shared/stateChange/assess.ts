import type { RecordDecision } from '../audit/decisions.ts';
import { exceedsDailyLimit, isAwaitingApproval, isToBeAssessed } from '../domain/approval.ts';
import { type ApprovalNeed, type Assessment, MAX_PRIVILEGED } from '../domain/assessment.ts';
import type { Operation } from '../domain/operation.ts';
import { UnprocessableMessageError } from '../errors.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import { type LoweringSum, sumLowering } from '../operations/sumLowering.ts';
import type { DailyLimit } from '../pace/dailyLimit.ts';
import type { PlanMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import { approvalRequest, limitReached } from './approvalDecisions.ts';

export interface AssessDependencies {
  readonly operations: OperationStore;
  readonly queues: Pick<Queues, 'sendPlans'>;
  readonly queueEvent: QueueEvent;
  readonly recordDecision: RecordDecision;
  readonly dailyLimit: DailyLimit;
  /** The maximum number of users that an operation lowers without approval. */
  readonly loweredWithoutApproval: number;
  /** How long an operation waits for approval, in milliseconds. */
  readonly approvalMs: number;
  readonly now: () => number;
}

/**
 * Assesses an operation when all of its pages are planned, and continues it. Each step is stored before the next one is
 * derived from it, so a repeated call finishes what a crash broke off.
 * @param message the page that was planned
 * @returns the operation if the page can be carried out now; undefined while other pages or an approval are missing
 */
export async function readyAfterAssessment(
  operation: Operation,
  message: PlanMessage,
  deps: AssessDependencies,
): Promise<Operation | undefined> {
  if (!isToBeAssessed(operation)) return operation;
  const assessed = await assess(operation.id, deps);
  if (assessed === undefined) return undefined;
  if (message.step !== 'carryOut') await announce(assessed, deps);
  if (isAwaitingApproval(assessed)) return undefined;
  if (message.step !== 'carryOut') await carryOutPages(assessed, deps, message.page);
  return assessed;
}

/** Records what the assessment of an operation led to. A repeated call changes nothing in the record. */
export async function announce(
  operation: Operation,
  { queueEvent, recordDecision }: Pick<AssessDependencies, 'queueEvent' | 'recordDecision'>,
): Promise<void> {
  const entry = exceedsDailyLimit(operation) ? limitReached(operation) : approvalRequest(operation);
  if (entry !== undefined) await recordDecision(entry);
  if (isAwaitingApproval(operation)) await queueEvent({ event: 'approvalRequested', operationId: operation.id });
}

/** Stores the assessment of an operation, unless it is stored. Undefined while pages are not planned. */
export async function assess(id: string, deps: AssessDependencies): Promise<Operation | undefined> {
  const { operations, dailyLimit, now } = deps;
  const current = await operations.get(id);
  if (current === undefined) throw new UnprocessableMessageError('No operation has this id.');
  if (current.assessment !== undefined) return current;
  if (current.pageCount === null) return undefined;
  const sum = await sumLowering(id, operations);
  if (sum.pages < current.pageCount) return undefined;
  const assessment = assessmentOf(sum, await dailyLimit.left(), deps);
  return operations.update(id, (newest) => {
    if (newest.assessment !== undefined) return newest;
    const assessed = { ...newest, assessment };
    return needsApproval(assessed) ? { ...assessed, approval: requestedAt(now(), deps.approvalMs) } : assessed;
  });
}

function assessmentOf(
  { candidates, lowered, privileged }: LoweringSum,
  leftToday: number,
  { loweredWithoutApproval, now }: AssessDependencies,
): Assessment {
  const needs: ApprovalNeed[] = [];
  if (lowered > loweredWithoutApproval) needs.push('manyUsers');
  if (lowered > leftToday) needs.push('dailyLimit');
  if (privileged.length > 0) needs.push('privileged');
  return {
    at: new Date(now()).toISOString(),
    candidates,
    lowered,
    privileged: privileged.slice(0, MAX_PRIVILEGED),
    leftToday,
    allowedAtOnce: loweredWithoutApproval,
    needs,
  };
}

/** A dry run changes no user, so it never waits. If the daily limit refuses all of the users, an approval has no effect. */
function needsApproval(operation: Operation): boolean {
  const { assessment, dryRun, cancelRequestedAt } = operation;
  if (dryRun || cancelRequestedAt !== null || exceedsDailyLimit(operation)) return false;
  return assessment !== undefined && assessment.needs.length > 0;
}

function requestedAt(now: number, approvalMs: number): NonNullable<Operation['approval']> {
  return {
    requestedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + approvalMs).toISOString(),
    decision: null,
    decidedAt: null,
    decidedBy: null,
    reason: null,
  };
}

/**
 * Queues a message for each page of an assessed operation, with an id of its own: the queue has seen the message that the
 * page was planned with.
 * @param done a page that the caller carries out
 */
export async function carryOutPages(
  operation: Operation,
  { queues }: Pick<AssessDependencies, 'queues'>,
  done?: number,
): Promise<void> {
  const pages = Array.from({ length: operation.pageCount ?? 0 }, (_, page) => page).filter((page) => page !== done);
  if (pages.length > 0) await queues.sendPlans(operation, pages, 'carryOut');
}
