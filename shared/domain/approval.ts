import type { Acknowledgement, MfaState } from './mfaState.ts';
import type { Operation } from './operation.ts';

/** Whether the caller of a request may lower states with it, so that it is assessed before users are changed. */
export function mayLower({
  kind,
  mayWeaken,
  states,
  acknowledge,
}: {
  readonly kind: Operation['kind'];
  readonly mayWeaken: boolean;
  readonly states: readonly MfaState[];
  readonly acknowledge: readonly Acknowledgement[];
}): boolean {
  if (kind === 'promotion' || !mayWeaken) return false;
  return states.includes('disabled') || (states.includes('enabled') && acknowledge.includes('weaken'));
}

/** Operations that an earlier version of the service stored have no assessment, and are carried out without one. */
export function isToBeAssessed({ version }: Operation): boolean {
  return version === 3;
}

/** Whether users of the operation wait for the decision of a second person. */
export function isAwaitingApproval({ approval, cancelRequestedAt }: Operation): boolean {
  return approval !== undefined && approval.decision === null && cancelRequestedAt === null;
}

/** Whether the users of the operation can be given to the workers that change them. */
export function isReadyToCarryOut(operation: Operation): boolean {
  return !isToBeAssessed(operation) || (operation.assessment !== undefined && !isAwaitingApproval(operation));
}

/** Whether the operation would lower more users than the daily limit had left, and the caller did not acknowledge it. */
export function exceedsDailyLimit({ assessment, acknowledge }: Operation): boolean {
  return assessment?.needs.includes('dailyLimit') === true && !acknowledge.includes('dailyLimit');
}

/** Whether a second person approved that the operation lowers more users than the daily limit has left. */
export function isBeyondLimitApproved({ assessment, approval }: Operation): boolean {
  return approval?.decision === 'approved' && assessment?.needs.includes('dailyLimit') === true;
}

/**
 * Whether a second person approved that the operation lowers the state of this privileged account. A dry run changes no
 * user, so it needs none.
 */
export function isApprovedFor({ assessment, approval, acknowledge, dryRun }: Operation, userId: string): boolean {
  return (
    (approval?.decision === 'approved' || dryRun) &&
    acknowledge.includes('privileged') &&
    assessment?.privileged.includes(userId.toLowerCase()) === true
  );
}

/** The actors of an operation and of all that it repeats or undoes. None of them is a second person. */
export function requestersOf({ actor, earlierRequesters = [] }: Operation): string[] {
  return [...new Set([...earlierRequesters, actor.id])];
}
