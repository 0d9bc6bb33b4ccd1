import { type Acknowledgement, type MfaState, weakens } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Read } from '../graph/read.ts';
import { CLAIM_ABANDONED_AFTER_MS, isClaimOf } from '../users/claim.ts';
import { believe, mayBeOld } from '../users/presumedState.ts';
import type { Claim, UserRow } from '../users/userRow.ts';

/** What is to be done about one user. */
export type Decision =
  | { readonly kind: 'settle'; readonly outcome: Outcome }
  /** The user is in the target state: nothing to write, but the change counts as the newest. */
  | { readonly kind: 'unchanged'; readonly state: MfaState }
  /** An earlier attempt wrote, and broke off before it could say so. */
  | { readonly kind: 'confirm'; readonly from: MfaState; readonly overrides: readonly Acknowledgement[] }
  | { readonly kind: 'write'; readonly from: MfaState; readonly overrides: readonly Acknowledgement[] }
  /** Nothing can be said yet. */
  | { readonly kind: 'later'; readonly retryAfterMs: number | undefined }
  /** Whether the user has a registered method must be known first. */
  | { readonly kind: 'needsRegistration' };

type WriteOrConfirm = Extract<Decision, { kind: 'write' | 'confirm' }>;

export interface Situation {
  readonly operation: Operation;
  readonly chunk: string;
  readonly row: UserRow;
  readonly state: Read<MfaState>;
  /** Whether the user has a method that counts as multifactor authentication. */
  readonly registered: Read<boolean>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
}

/**
 * Decides about one user of a chunk. The newest accepted change wins, whatever order messages arrive in; a change that
 * is under way is finished before another begins; a guard that has no facts does not let anything pass.
 *
 * A promotion takes no part in the order of changes: it moves only who is enabled, and what people asked for is carried
 * out after it as it would be without it.
 */
export function decide({ operation, chunk, row, state, registered, now, consistencyMs }: Situation): Decision {
  const at = new Date(now).toISOString();
  const settle = (outcome: Omit<Outcome, 'at'>): Decision => ({ kind: 'settle', outcome: { ...outcome, at } });

  const isPromotion = operation.kind === 'promotion';
  const isOlder = row.sequence > operation.sequence || (row.claim !== null && row.claim.sequence > operation.sequence);
  if (isOlder && !isPromotion)
    return settle({
      outcome: 'superseded',
      code: 'newerOperation',
      message: 'A newer operation changes this user; this one does nothing.',
    });
  const mine = row.claim !== null && isClaimOf(row.claim, operation.id, chunk);
  if (row.claim !== null && !mine && Date.parse(row.claim.at) > now - CLAIM_ABANDONED_AFTER_MS)
    return { kind: 'later', retryAfterMs: 300 };
  if (row.operationId === operation.id && row.chunk !== chunk && row.sequence === operation.sequence)
    return settle({ outcome: 'duplicate' });
  if (operation.cancelRequestedAt !== null && !mine) return settle({ outcome: 'canceled' });

  if (state.kind === 'later') return state;
  if (state.kind === 'unasked') return { kind: 'later', retryAfterMs: undefined };
  if (state.kind === 'refused') return settle({ outcome: 'failed', code: state.code, message: state.message });

  const target = operation.targetState;
  if (row.claim !== null && mine) {
    const isOld = mayBeOld(state.value, row, now, consistencyMs);
    const next = finish(row.claim, state.value, isOld);
    if (!isPromotion || next.kind === 'confirm' || next.from === 'enabled') return next;
    return settle({
      outcome: 'failed',
      from: next.from,
      code: 'notEnabled',
      message: 'The user was enabled when the promotion began, and is not any more. It did not go on.',
    });
  }
  const from = believe(state.value, row, now, consistencyMs);
  if (from === target) return { kind: 'unchanged', state: from };

  if (isPromotion && from !== 'enabled')
    return settle({
      outcome: 'superseded',
      from,
      code: 'notEnabled',
      message: 'The user is not enabled any more, and a promotion is for enabled users only; this one does nothing.',
    });

  const overrides: Acknowledgement[] = [];
  if (weakens(from, target)) {
    if (!operation.mayWeaken)
      return settle({
        outcome: 'refused',
        from,
        code: 'weakenNotAllowed',
        message: `The user is ${from}, and the caller lacks the role MfaState.Weaken, which lowering a state needs.`,
      });
    if (target !== 'disabled') {
      if (!operation.acknowledge.includes('weaken'))
        return settle({
          outcome: 'refused',
          from,
          code: 'weaken',
          message: `The user is ${from} already, which is stronger. To lower the state, send the request with "acknowledge": ["weaken"].`,
        });
      overrides.push('weaken');
    }
  }
  if (target === 'enforced') {
    const acknowledged = operation.acknowledge.includes('legacyAuthInterruption');
    if (registered.kind === 'unasked') return { kind: 'needsRegistration' };
    if (registered.kind === 'later') return registered;
    if (registered.kind === 'refused' || !registered.value) {
      if (!acknowledged) return settle({ outcome: 'refused', from, ...whyNotEnforced(registered) });
      overrides.push('legacyAuthInterruption');
    }
  }
  if (operation.dryRun)
    return settle({ outcome: 'wouldChange', from, to: target, ...(overrides.length === 0 ? {} : { overrides }) });
  return { kind: 'write', from, overrides };
}

/**
 * Goes on with a change whose earlier attempt broke off. It wrote if the user is where the change was to lead, or where
 * Entra moves an enabled user on from there; unless the read may be older than the attempt, or shows anything else:
 * Entra may have moved the user before the attempt wrote. Then it writes, once too often rather than not at all.
 */
function finish({ from, target, overrides }: Claim, seen: MfaState, isOld: boolean): WriteOrConfirm {
  if (seen === from || isOld) return { kind: 'write', from, overrides };
  const wrote = seen === target || (target === 'enabled' && seen === 'enforced');
  return wrote ? { kind: 'confirm', from, overrides } : { kind: 'write', from: seen, overrides };
}

/** Enforcing a user who is not registered breaks apps that need app passwords (howto-mfa-userstates). */
function whyNotEnforced(registered: Read<boolean>): { code: string; message: string } {
  const remedy = 'send the request with "acknowledge": ["legacyAuthInterruption"].';
  if (registered.kind === 'refused')
    return {
      code: 'registrationUnknown',
      message: `Whether the user has registered could not be looked up: the service lacks the permission UserAuthenticationMethod.Read.All. Grant it and retry, or ${remedy}`,
    };
  return {
    code: 'notRegistered',
    message: `The user has no method for multifactor authentication yet, and enforcing would interrupt legacy apps. Enable the user instead, or ${remedy}`,
  };
}
