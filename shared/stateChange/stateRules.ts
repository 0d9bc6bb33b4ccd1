import { type Acknowledgement, lowers, type MfaState } from '../domain/mfaState.ts';
import type { Read } from '../graph/read.ts';
import type { Refusal } from '../graph/refusal.ts';
import { CLAIM_TO_WRITE_MS } from '../users/claim.ts';
import { readMayBeStale } from '../users/presumedState.ts';
import type { Claim, UserRow } from '../users/userRow.ts';
import { conclude, type Decision, type KnownSituation, type UntimedOutcome } from './decision.ts';
import { withEarlierWrite } from './earlierWrite.ts';
import { isClaimedByUs } from './orderRules.ts';

/** A safety check that would have blocked the change, and that the caller overrode. */
export interface Override {
  readonly kind: 'override';
  readonly safetyCheck: Acknowledgement;
}

/** A cancellation also holds for a change whose earlier attempt was cut off between its claim and its write. */
export function canceledClaim(situation: KnownSituation): Decision | undefined {
  const { operation } = situation;
  if (operation.cancelRequestedAt === null || !isClaimedByUs(situation)) return undefined;
  return endUnlessWritten(situation, { outcome: 'canceled' });
}

/**
 * Ends a change without a write, unless an earlier attempt of it has written. Whether the attempt wrote is certain once no
 * write of it can be sent, and reads show it. Until then, the user waits.
 * @returns undefined when the earlier attempt has written
 */
export function endUnlessWritten(situation: KnownSituation, outcome: UntimedOutcome): Decision | undefined {
  const { row, from, now, consistencyMs } = situation;
  if (row.claim === null || !isClaimedByUs(situation) || situation.isClaimUnused) return conclude(outcome);
  const wrote = showsWrite(row.claim, from);
  const mayChange = wrote
    ? readMayBeStale(from, row, now, consistencyMs)
    : now - Date.parse(row.claim.at) < CLAIM_TO_WRITE_MS + consistencyMs;
  if (mayChange) return { kind: 'retry', retryAfterMs: undefined, reason: 'staleRead' };
  if (wrote) return undefined;
  return conclude(isUnclear(row.claim, from) ? unclear(outcome) : outcome);
}

/**
 * Whether a write may have been made that no read shows: Entra may have moved the user back at once, or the user was changed
 * outside.
 */
function isUnclear({ from, target }: Claim, seen: MfaState): boolean {
  return seen !== from || (from === 'enforced' && target === 'enabled');
}

/** An outcome that is recorded, and says that the user may have been changed. */
function unclear(outcome: UntimedOutcome): UntimedOutcome {
  if (outcome.outcome !== 'canceled') return { ...outcome, message: withEarlierWrite(outcome.message ?? '', true) };
  return {
    outcome: 'failed',
    code: 'writeUnconfirmed',
    message: withEarlierWrite('The operation was canceled.', true),
  };
}

/** Whether a read shows that the claim's write was made: its target state, or the one to which Entra moves the user then. */
function showsWrite({ from, target }: Claim, seen: MfaState): boolean {
  return seen !== from && (seen === target || (target === 'enabled' && seen === 'enforced'));
}

/**
 * Continues a change whose earlier attempt was cut off. An attempt that Graph throttled changed nothing: the user is decided
 * again, because an administrator may have set the target state meanwhile.
 */
export function resumeClaim(situation: KnownSituation): Decision | undefined {
  const { operation, row, from, now, consistencyMs } = situation;
  if (row.claim === null || !isClaimedByUs(situation) || situation.isClaimUnused) return undefined;
  const next = finishClaim(row.claim, from, readMayBeStale(from, row, now, consistencyMs));
  if (operation.kind !== 'promotion' || next.kind === 'confirm' || next.from === 'enabled') return next;
  return conclude({
    outcome: 'failed',
    from: next.from,
    code: 'notEnabled',
    message: 'The user is no longer enabled, so the promotion was stopped.',
  });
}

/**
 * If the read may be older than the attempt, or shows another state than the written one, it is not certain that the
 * attempt wrote. Then the state is written again: a second write does no harm, a missing one does.
 */
function finishClaim(claim: Claim, seen: MfaState, isStale: boolean): Extract<Decision, { kind: 'write' | 'confirm' }> {
  const { from, overrides } = claim;
  if (seen === from || isStale) return { kind: 'write', from, overrides, isRepeated: true };
  return showsWrite(claim, seen)
    ? { kind: 'confirm', from, overrides }
    : { kind: 'write', from: seen, overrides, isRepeated: true };
}

/** A user who already has the target state is not written. */
export function alreadyInState({ operation, from }: KnownSituation): Decision | undefined {
  return from === operation.targetState ? { kind: 'unchanged', state: from } : undefined;
}

const CHANGED_SINCE = 'The user was changed after the operation that is undone, so the state stays as it is.';
const ENFORCED_SINCE =
  'The operation that is undone enabled the user, and Entra or an administrator has enforced MFA since, so the state stays as it is. To lower it as well, request it for this user.';

/** Entra enforces registered users that we enabled. Microsoft Graph does not show whether an administrator did. */
function isEnforcedSince({ operationId, state }: UserRow, from: MfaState, undoOf: string): boolean {
  return operationId === undoOf && state === 'enabled' && from === 'enforced';
}

/** An undo changes only users who still have what the operation gave them, with no change after it. */
export function changedSince({ operation, row, from }: KnownSituation): Decision | undefined {
  if (operation.undoOf === undefined) return undefined;
  if (row.operationId === operation.undoOf && row.state === from) return undefined;
  return conclude({
    outcome: 'superseded',
    from,
    code: 'changedSince',
    message: isEnforcedSince(row, from, operation.undoOf) ? ENFORCED_SINCE : CHANGED_SINCE,
    ...(row.operationId === '' || row.operationId === operation.undoOf ? {} : { supersededBy: row.operationId }),
  });
}

/** A promotion changes enabled users only. */
export function promotion({ operation, from }: KnownSituation): Decision | undefined {
  if (operation.kind !== 'promotion' || from === 'enabled') return undefined;
  return conclude({
    outcome: 'superseded',
    from,
    code: 'notEnabled',
    message: 'The user is no longer enabled, so the promotion did nothing.',
  });
}

/** Lowering a state needs the role, and from enforced to enabled also an acknowledgement. */
export function lowering({ operation, from, now }: KnownSituation): Decision | Override | undefined {
  const { targetState, mayWeaken, acknowledge, until } = operation;
  if (!lowers(from, targetState)) return undefined;
  if (until !== undefined && Date.parse(until) <= now)
    return conclude({
      outcome: 'refused',
      from,
      code: 'exceptionEnded',
      message: 'The time until which the state was to be lowered has passed, so it was not lowered.',
    });
  if (!mayWeaken)
    return conclude({
      outcome: 'refused',
      from,
      code: 'weakenNotAllowed',
      message: `The user is ${from}. To lower the state, the caller needs the role MfaState.Weaken.`,
    });
  if (targetState === 'disabled') return undefined;
  if (acknowledge.includes('weaken')) return { kind: 'override', safetyCheck: 'weaken' };
  return conclude({
    outcome: 'refused',
    from,
    code: 'weaken',
    message: `The user is ${from}, which is stronger. To lower the state, send the request with "acknowledge": ["weaken"].`,
  });
}

/**
 * Enforcing a user who is not registered interrupts apps that need app passwords
 * (https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates).
 */
export function enforcing({ operation, from, registered }: KnownSituation): Decision | Override | undefined {
  if (operation.targetState !== 'enforced') return undefined;
  if (registered.kind === 'unasked') return { kind: 'needsRegistration' };
  if (registered.kind === 'retry') return registered;
  if (registered.kind === 'known' && registered.value) return undefined;
  if (operation.acknowledge.includes('legacyAuthInterruption'))
    return { kind: 'override', safetyCheck: 'legacyAuthInterruption' };
  return conclude({ outcome: 'refused', from, ...whyNotEnforced(registered) });
}

function whyNotEnforced(registered: Read<boolean>): Refusal {
  const remedy = 'send the request with "acknowledge": ["legacyAuthInterruption"].';
  if (registered.kind === 'refused')
    return {
      code: 'registrationUnknown',
      message: `The service could not check whether the user has registered. ${registered.message} To enforce the user anyway, ${remedy}`,
      ...(registered.requestId === undefined ? {} : { requestId: registered.requestId }),
    };
  return {
    code: 'notRegistered',
    message: `The user has no method for multifactor authentication yet, so enforcing would interrupt legacy apps. Enable the user instead, or ${remedy}`,
  };
}
