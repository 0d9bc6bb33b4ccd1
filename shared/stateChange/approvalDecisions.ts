import { type DecisionEntry, decisionAbout } from '../audit/decisions.ts';
import { needMeanings } from '../domain/assessment.ts';
import type { Actor, Operation } from '../domain/operation.ts';

const service: Actor = { kind: 'service', id: 'per-user-mfa' };

const EVENTS = {
  approved: 'operationApproved',
  rejected: 'operationRejected',
  expired: 'approvalExpired',
} as const;

/** The entry of an operation that begins to wait; undefined when it does not wait. */
export function approvalRequest(operation: Operation): DecisionEntry | undefined {
  const { assessment, approval, actor, originalActor } = operation;
  if (assessment === undefined || approval === undefined) return undefined;
  return decisionAbout(
    operation,
    { event: 'approvalRequested', actor, at: approval.requestedAt },
    {
      users: assessment.lowered,
      message: `The operation waits for approval, because ${assessment.needs.map((need) => needMeanings[need]).join(', and ')}.`,
      ...(originalActor === undefined ? {} : { requestedBy: originalActor }),
    },
  );
}

/** The entry of the decision about an operation; undefined while there is none. The person's reason is its message. */
export function approvalDecision(operation: Operation): DecisionEntry | undefined {
  const { assessment, approval, actor: requestedBy } = operation;
  if (assessment === undefined || approval === undefined) return undefined;
  const { decision, decidedAt, decidedBy, reason } = approval;
  if (decision === null || decidedAt === null) return undefined;
  return decisionAbout(
    operation,
    { event: EVENTS[decision], actor: decidedBy ?? service, at: decidedAt },
    { users: assessment.lowered, requestedBy, ...(reason === null ? {} : { message: reason }) },
  );
}

/** The entry of an operation of which the daily limit refuses all users to lower. */
export function limitReached(operation: Operation): DecisionEntry | undefined {
  const { assessment, actor } = operation;
  if (assessment === undefined || operation.dryRun) return undefined;
  return decisionAbout(
    operation,
    { event: 'dailyLimitReached', actor, at: assessment.at },
    { users: assessment.lowered, code: 'dailyLoweringLimit' },
  );
}
