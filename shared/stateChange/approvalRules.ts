import { exceedsDailyLimit, isApprovedFor, isBeyondLimitApproved, isReadyToCarryOut } from '../domain/approval.ts';
import { lowers } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { conclude, type Decision, type KnownSituation } from './decision.ts';
import type { Override } from './stateRules.ts';

/**
 * Lowering a state needs what the assessment of the operation says. This rule is asked right before each write, so that no
 * message and no order of messages lowers more than that.
 */
export function assessedLowering(situation: KnownSituation): Decision | Override | undefined {
  const { operation, from, lowersAsPlanned } = situation;
  const { assessment, approval, targetState, dryRun } = operation;
  if (!lowers(from, targetState) || dryRun) return undefined;
  // Workers get a user only after the assessment. If it is missing, the decision waits.
  if (!isReadyToCarryOut(operation)) return { kind: 'retry', retryAfterMs: undefined };
  if (assessment === undefined) return undefined; // an earlier version of the service stored the operation
  if (exceedsDailyLimit(operation)) return conclude({ outcome: 'refused', from, ...beyondDailyLimit(assessment) });
  if (approval?.decision === 'rejected' || approval?.decision === 'expired')
    return conclude({ outcome: 'refused', from, ...NOT_APPROVED[approval.decision] });
  if (!lowersAsPlanned && isLimitedToPlanned(operation)) return conclude({ outcome: 'refused', from, ...OUTDATED });
  return isBeyondLimitApproved(operation) ? { kind: 'override', safetyCheck: 'dailyLimit' } : undefined;
}

/** An approval that covers a privileged account is recorded as an override. */
export function approvedPrivilege({ operation, from, row }: KnownSituation): Override | undefined {
  if (!lowers(from, operation.targetState) || !isApprovedFor(operation, row.id)) return undefined;
  return { kind: 'override', safetyCheck: 'privileged' };
}

/**
 * Whether only the users count whose states planning found higher: an approval covers no others. Without approval, the
 * others matter if they could be more than an operation lowers at once.
 */
function isLimitedToPlanned({ assessment, approval }: Operation): boolean {
  return approval !== undefined || (assessment !== undefined && assessment.candidates > assessment.allowedAtOnce);
}

const NOT_APPROVED = {
  rejected: {
    code: 'approvalRejected',
    message:
      'A second person rejected lowering the state. Read the reason in the operation. Retry the operation to request approval again.',
  },
  expired: {
    code: 'approvalExpired',
    message: 'No second person approved lowering the state in time. Retry the operation to request approval again.',
  },
} as const;

const OUTDATED = {
  code: 'assessmentOutdated',
  message:
    'The state of the user was raised after the operation was assessed, so the assessment does not cover the user. Retry the operation: it is assessed again.',
};

function beyondDailyLimit({ lowered, leftToday }: NonNullable<Operation['assessment']>) {
  return {
    code: 'dailyLoweringLimit',
    message: `The operation would lower the states of ${lowered === 1 ? 'one user' : `${lowered} users`}, and the daily limit (MAX_LOWERED_PER_DAY) has ${leftToday} left for today (UTC), so it lowered none. Retry the operation on another day, or retry it with "acknowledge": ["dailyLimit"]: then it waits for the approval of a second person.`,
  };
}
