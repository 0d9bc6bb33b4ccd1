import type { MfaState } from '../domain/mfaState.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../users/claim.ts';
import { presumedState } from '../users/presumedState.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ObservedListing, ReconcileRules } from './observedUser.ts';
import type { Finding } from './userHistory.ts';

/** A user's state after the comparison with the tenant's list. */
export interface ReconciledState {
  readonly state: MfaState | null;
  /** False when the list shows no state, or one that cannot be compared with the stored state. */
  readonly isCertain: boolean;
  /** The same object as before when nothing changes. */
  readonly row: UserRow;
  /** Changes that this service did not make. */
  readonly findings: readonly Finding[];
}

/** Compares the state in the tenant's list with the stored state. */
export function reconcileState(row: UserRow, listed: ObservedListing, rules: ReconcileRules): ReconciledState {
  const { state, isCertain, isOurs } = presentState(listed, row, rules);
  if (!isCertain || state === null) return { state, isCertain, row, findings: [] };
  const enabledSince = enabledSinceOf(state, row, listed);
  const isSame = state === row.state && enabledSince === row.enabledSince;
  return {
    state,
    isCertain,
    row: isSame ? row : { ...row, state, stateAt: listed.readAt, enabledSince },
    findings: isOurs ? [] : changeFound(row.state, state, rules),
  };
}

function changeFound(from: MfaState | null, to: MfaState, { now }: ReconcileRules): Finding[] {
  if (from === null || from === to) return [];
  const event = from === 'enabled' && to === 'enforced' ? 'enforcedByEntra' : 'changedOutside';
  return [{ event, from, to, at: new Date(now).toISOString() }];
}

function enabledSinceOf(state: MfaState, row: UserRow, { readAt }: ObservedListing): string {
  if (state !== 'enabled') return '';
  return row.state === 'enabled' && row.enabledSince !== '' ? row.enabledSince : readAt;
}

/**
 * The state that a user is in. While a change is under way, or when the list is older than the stored state, it is the
 * stored state, and the list is not compared.
 */
function presentState(
  listed: ObservedListing,
  row: UserRow,
  { now, consistencyMs }: ReconcileRules,
): { state: MfaState | null; isCertain: boolean; isOurs: boolean } {
  const isUnderWay = row.claim !== null && Date.parse(row.claim.at) > now - CLAIM_ABANDONED_AFTER_MS;
  const isOlder = row.state !== null && row.stateAt > listed.readAt;
  if (listed.state === null || isUnderWay || isOlder) return { state: row.state, isCertain: false, isOurs: false };
  const state = presumedState(listed.state, row, Date.parse(listed.readAt), consistencyMs);
  // A change whose worker was lost may have reached Graph.
  return { state, isCertain: true, isOurs: row.claim?.target === state };
}
