import { isApprovedFor } from '../domain/approval.ts';
import { lowers } from '../domain/mfaState.ts';
import type { Refusal } from '../graph/refusal.ts';
import {
  explainPrivileged,
  explainProtected,
  explainUnknownPrivileged,
  explainUnknownProtected,
  explainUnresolved,
} from '../tenant/explainProtection.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import { presumedState } from '../users/presumedState.ts';
import { type Decision, type KnownSituation, UNKNOWN_YET, type WriteDecision } from './decision.ts';
import type { SafetyFacts } from './safetyFacts.ts';
import { endUnlessWritten } from './stateRules.ts';

/** What a rule says about a write: it is refused, or a fact is missing; undefined when the write is allowed. */
type Objection = { readonly refusal: Refusal } | 'unknown' | undefined;

interface Write {
  readonly situation: KnownSituation;
  readonly facts: SafetyFacts;
  /** Whether the write leaves the user with less protection, judged by the strongest state that the user may have. */
  readonly isLowering: boolean;
}

/** The rules about the tenant and its accounts that every write passes, in their order. */
const rules: readonly ((write: Write) => Objection)[] = [
  protectedAccount,
  tenantPolicy,
  unresolvedProtection,
  privilegedAccount,
];

/**
 * Checks a write, first or repeated, right before the user is claimed: an account may have been protected, or a policy
 * switched on, while the change waited in the queue. If an earlier attempt has written, the change is confirmed all the same.
 */
export function checkWrite(write: WriteDecision, situation: KnownSituation): Decision {
  const { safety: facts, operation, row, now, consistencyMs } = situation;
  if (facts === undefined) return write;
  const from = presumedState(situation.from, row, now, consistencyMs);
  const isLowering = [write.from, situation.from, from].some((state) => lowers(state, operation.targetState));
  for (const rule of rules) {
    const objection = rule({ situation, facts, isLowering });
    if (objection === 'unknown') return UNKNOWN_YET;
    if (objection === undefined) continue;
    const { refusal } = objection;
    return endUnlessWritten(situation, { outcome: 'refused', from: write.from, ...refusal }) ?? confirmed(write);
  }
  return facts.policy.kind === 'allowed'
    ? { ...write, overrides: [...new Set([...write.overrides, ...facts.policy.overrides])] }
    : write;
}

function confirmed({ from, overrides }: WriteDecision): Decision {
  return { kind: 'confirm', from, overrides };
}

function protectedAccount({ situation: { row }, facts: { protectedUsers } }: Write): Objection {
  if (protectedUsers === undefined) return 'unknown';
  if (isUnreadable(protectedUsers)) return { refusal: explainUnknownProtected(protectedUsers.unreadable) };
  const reason = protectedUsers.reasons.get(row.id.toLowerCase());
  return reason === undefined ? undefined : { refusal: explainProtected(reason) };
}

function tenantPolicy({ facts: { policy } }: Write): Objection {
  if (policy.kind === 'unknown') return 'unknown';
  return policy.kind === 'refused' ? { refusal: { code: policy.code, message: policy.message } } : undefined;
}

/** A name in PROTECTED_USERS that no account has protects nothing: any account may be the one that it means. */
function unresolvedProtection({ facts: { protectedUsers }, isLowering }: Write): Objection {
  if (!isLowering || protectedUsers === undefined || isUnreadable(protectedUsers)) return undefined;
  return protectedUsers.unresolved.length === 0 ? undefined : { refusal: explainUnresolved(protectedUsers) };
}

/** An account with a directory role may be strengthened, and lowered only with the approval of a second person. */
function privilegedAccount({ situation, facts: { privilegedUsers }, isLowering }: Write): Objection {
  const { operation, row } = situation;
  if (!isLowering || isApprovedFor(operation, row.id)) return undefined;
  if (privilegedUsers === undefined) return 'unknown';
  if (isUnreadable(privilegedUsers)) return { refusal: explainUnknownPrivileged(privilegedUsers.unreadable) };
  const privilege = privilegedUsers.get(row.id.toLowerCase());
  return privilege === undefined ? undefined : { refusal: explainPrivileged(privilege) };
}
