import { z } from 'zod';
import type { RecordDecision } from '../audit/decisions.ts';
import { isAwaitingApproval, requestersOf } from '../domain/approval.ts';
import type { Actor, Operation } from '../domain/operation.ts';
import { RefusedError, RequestError } from '../errors.ts';
import { readBody } from '../faults.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { Queues } from '../queues/queues.ts';
import { approvalDecision } from './approvalDecisions.ts';
import { carryOutPages } from './assess.ts';
import { reasonSchema } from './request.ts';

export const approvalRequestSchema = z.strictObject({
  reason: reasonSchema.meta({
    description: 'Why. It is kept in the audit record.',
    examples: ['Confirmed with the service desk by phone'],
  }),
});

/** @throws InvalidRequestError */
export function readApprovalRequest(body: unknown): { readonly reason: string } {
  return readBody(approvalRequestSchema, body);
}

/** Why a decision is not taken, and what to do. */
export const APPROVAL_MESSAGES = {
  notPerson: 'Only a person can approve or reject an operation. Sign in as a user with the role MfaState.Approve.',
  isRequester:
    'The person who requested the operation, or the operation that it retries or undoes, cannot approve or reject it. Ask a second person with the role MfaState.Approve. To end the operation, cancel it.',
  notWaiting:
    'The operation does not wait for approval, or is still being planned. Read its status, and decide when the status is AwaitingApproval.',
  decided: (decision: string) =>
    `The operation was already ${decision}. Read the operation for the person and the reason.`,
  expired: (at: string) =>
    `The time for an approval ended at ${at}, so no user was lowered. Retry the operation to request approval again.`,
} as const;

export interface DecideApprovalDependencies {
  readonly operations: OperationStore;
  readonly queues: Pick<Queues, 'sendPlans'>;
  readonly recordDecision: RecordDecision;
  readonly now: () => number;
}

export interface ApprovalDecision {
  readonly decision: 'approved' | 'rejected';
  readonly reason: string;
  readonly approver: Actor;
}

/**
 * Approves or rejects an operation that waits for approval, and continues it. If it is rejected, the users who would be
 * lowered are refused, one by one, by the rule that is asked before each write. The same decision by the same person
 * again changes nothing.
 * @throws RefusedError 403 when the approver is not a second person
 * @throws RequestError 409 when the operation does not wait for approval
 */
export async function decideApproval(
  operation: Operation,
  { decision, reason, approver }: ApprovalDecision,
  deps: DecideApprovalDependencies,
): Promise<Operation> {
  requireSecondPerson(operation, approver);
  const decidedAt = new Date(deps.now()).toISOString();
  const decided = await change(operation, deps, (approval) =>
    isExpired(approval, deps.now())
      ? expired(approval)
      : { ...approval, decision, decidedAt, decidedBy: approver, reason },
  );
  // Also before an error: each call that finds a stored decision continues it.
  const entry = approvalDecision(decided);
  if (entry !== undefined) {
    await deps.recordDecision(entry);
    await carryOutPages(decided, deps);
  }
  const problem = problemOf(decided, decision, approver);
  if (problem !== undefined) throw problem;
  return decided;
}

/** Ends the wait of an operation whose time for an approval has passed. */
export async function expireApproval(operation: Operation, deps: DecideApprovalDependencies): Promise<Operation> {
  return change(operation, deps, (approval) => (isExpired(approval, deps.now()) ? expired(approval) : approval));
}

type Approval = NonNullable<Operation['approval']>;

/** Changes the approval of an operation that still waits. Returns the operation as it is stored then. */
async function change(
  operation: Operation,
  { operations }: DecideApprovalDependencies,
  by: (approval: Approval) => Approval,
): Promise<Operation> {
  const changed = await operations.update(operation.id, (newest) => {
    if (newest.approval === undefined || !isAwaitingApproval(newest)) return newest;
    const approval = by(newest.approval);
    return approval === newest.approval ? newest : { ...newest, approval };
  });
  return changed ?? operation;
}

function isExpired({ expiresAt }: Approval, now: number): boolean {
  return now > Date.parse(expiresAt);
}

function expired(approval: Approval): Approval {
  return { ...approval, decision: 'expired', decidedAt: approval.expiresAt };
}

function requireSecondPerson(operation: Operation, approver: Actor): void {
  if (approver.kind !== 'user') throw new RefusedError(403, 'ApproverNotPerson', APPROVAL_MESSAGES.notPerson);
  if (requestersOf(operation).includes(approver.id))
    throw new RefusedError(403, 'ApproverIsRequester', APPROVAL_MESSAGES.isRequester);
}

/** Why the decision was not taken; undefined when the operation has it. */
function problemOf(
  { approval, cancelRequestedAt, assessment }: Operation,
  decision: ApprovalDecision['decision'],
  approver: Actor,
): RequestError | undefined {
  if (approval?.decision === 'expired')
    return new RequestError(409, 'ApprovalExpired', APPROVAL_MESSAGES.expired(approval.expiresAt));
  if (approval !== undefined && approval.decision !== null)
    return approval.decision === decision && approval.decidedBy?.id === approver.id
      ? undefined
      : new RequestError(409, 'ApprovalDecided', APPROVAL_MESSAGES.decided(approval.decision));
  if (cancelRequestedAt !== null)
    return new RequestError(409, 'NotAwaitingApproval', 'The operation was canceled, so it needs no approval.');
  return new RequestError(
    409,
    'NotAwaitingApproval',
    assessment === undefined ? APPROVAL_MESSAGES.notWaiting : 'The operation needs no approval.',
  );
}
