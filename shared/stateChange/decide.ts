import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import { readMayBeStale } from '../users/presumedState.ts';
import { approvedPrivilege, assessedLowering } from './approvalRules.ts';
import { conclude, type Decision, type KnownSituation, type Situation, type WriteDecision } from './decision.ts';
import { mayHaveWritten, withEarlierWrite } from './earlierWrite.ts';
import { canceled, claimedByAnother, duplicate, foundUnchanged, isClaimedByUs, superseded } from './orderRules.ts';
import {
  alreadyInState,
  canceledClaim,
  changedSince,
  enforcing,
  lowering,
  type Override,
  promotion,
  resumeClaim,
} from './stateRules.ts';
import { checkWrite } from './writeRules.ts';

/** The rules that need no state, in their order. The first rule with a decision wins. */
const orderRules: readonly ((situation: Situation) => Decision | undefined)[] = [
  superseded,
  claimedByAnother,
  foundUnchanged,
  duplicate,
  canceled,
];

/** The rules that need the user's state, in their order. After an override the next rule is asked. */
const stateRules: readonly ((situation: KnownSituation) => Decision | Override | undefined)[] = [
  canceledClaim,
  resumeClaim,
  changedSince,
  alreadyInState,
  promotion,
  lowering,
  assessedLowering,
  approvedPrivilege,
  enforcing,
];

/** Decides about one user of a chunk. A safety check that lacks its facts blocks the change. */
export function decide(situation: Situation): Decision {
  for (const rule of orderRules) {
    const decision = rule(situation);
    if (decision !== undefined) return decision;
  }
  const { state } = situation;
  switch (state.kind) {
    case 'known': {
      const { value } = state;
      if (isInDoubt(situation, value)) return { kind: 'retry', retryAfterMs: undefined, reason: 'staleRead' };
      return decideOnState({ ...situation, from: value });
    }
    case 'refused': {
      const { kind, ...refusal } = state;
      return conclude({
        outcome: 'failed',
        ...refusal,
        message: withEarlierWrite(refusal.message, mayHaveWritten(situation)),
      });
    }
    case 'retry':
      return state;
    case 'unasked':
      return { kind: 'retry', retryAfterMs: undefined };
  }
}

/**
 * Whether a read that contradicts our last change may be older than it. If it is not, the user was changed outside. Only a
 * later read can tell; a decision now might leave a user unchanged who is not, or record a wrong earlier state. A change
 * that has begun continues.
 */
function isInDoubt(situation: Situation, read: MfaState): boolean {
  const { row, now, consistencyMs } = situation;
  if (row.state === null || read === row.state || isClaimedByUs(situation)) return false;
  return readMayBeStale(read, row, now, consistencyMs);
}

function decideOnState(situation: KnownSituation): Decision {
  const overrides: Acknowledgement[] = [];
  for (const rule of stateRules) {
    const verdict = rule(situation);
    if (verdict?.kind === 'override') overrides.push(verdict.safetyCheck);
    else if (verdict?.kind === 'write') return checkWrite(verdict, situation);
    else if (verdict !== undefined) return verdict;
  }
  const checked = checkWrite({ kind: 'write', from: situation.from, overrides }, situation);
  return situation.operation.dryRun && checked.kind === 'write' ? wouldWrite(checked, situation) : checked;
}

function wouldWrite({ from, overrides }: WriteDecision, { operation }: KnownSituation): Decision {
  return conclude({
    outcome: 'wouldChange',
    from,
    to: operation.targetState,
    ...(overrides.length === 0 ? {} : { overrides: [...overrides] }),
  });
}
