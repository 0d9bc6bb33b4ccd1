import type { AuditedState } from '../graph/directoryAudits.ts';
import { mayBeOfEntra } from '../users/outsideChange.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ObservedListing, ObservedUser, ReconcileRules } from './observedUser.ts';
import { outsideFinding } from './outsideFindings.ts';
import { reconcileState, withoutState } from './reconcileState.ts';
import { registeredNow } from './registeredNow.ts';
import { registrationFindings } from './registrationFindings.ts';
import { dueReminder } from './remind.ts';
import { stuckFindings } from './stuckFindings.ts';
import { type Finding, newUserHistory, type RewrittenUser, type UserHistory } from './userHistory.ts';

/**
 * Compares a user's stored row with what the sweep has read, and returns the new row with the findings.
 * @returns undefined when nothing changes
 */
export function reconcile(user: ObservedUser, rules: ReconcileRules): RewrittenUser | undefined {
  const changedIn = user.stored.history?.changedIn ?? 0;
  if (changedIn > rules.sweep) return undefined; // a newer sweep has reconciled this user already
  return user.listed === undefined ? reconcileUnlisted(user, rules) : reconcileListed(user, user.listed, rules);
}

/** Keeps the row of a user who is no longer listed, for its history. A row written since the listing may be a new user. */
function reconcileUnlisted({ stored, trail }: ObservedUser, rules: ReconcileRules): RewrittenUser | undefined {
  const { row, history } = stored;
  if (rules.isIncomplete || history === undefined) return undefined;
  if (row.stateAt > rules.listedFrom || row.claim !== null) return undefined;
  const seen = withoutState({ row, history, audited: trail.states });
  if (history.gone && seen.newEvents.length === 0) return undefined;
  const steps = [...row.outside.filter(mayBeOfEntra), ...seen.steps];
  const findings = steps.map((step) => outsideFinding(step, row.id, false));
  const after = { ...history, gone: true, seenEvents: seenEventsOf(history, seen.newEvents, rules) };
  return changed({ ...seen.row, unseen: true, outside: [] }, history, after, findings, rules);
}

function reconcileListed(
  { stored, registration, trail, isPromotionRefused }: ObservedUser,
  listed: ObservedListing,
  rules: ReconcileRules,
): RewrittenUser | undefined {
  const known = stored.history ?? newUserHistory(listed.name);
  const before = isPromotionRefused ? { ...known, promotedEpisode: '' } : known;
  const read = { row: stored.row, history: before, listed, audited: trail.states };
  const { state, isCertain, row, steps, newEvents } = reconcileState(read, rules);
  const { byMethods: methods } = registration;
  const registered = registeredNow(state, registration, before);
  const current = currentHistory(before, listed, { state, registered, enabledSince: row.enabledSince }, rules);
  const episode = registrationFindings(
    steps,
    current.enabledSince,
    { methods, audited: trail.registrations },
    before,
    rules,
  );
  const isConfirmed = state === 'enabled' && methods?.registered === true;
  const stuck = stuckFindings(current, before, isConfirmed, rules);
  // No reminder goes to a user whose state is changing, or who cannot sign in.
  const mayBeReminded = isCertain && state === 'enabled' && registered === false && listed.accountEnabled !== false;
  const after: UserHistory = {
    ...stuck.after,
    recordedEpisode: episode.recordedEpisode,
    unregisteredEpisode: methods?.registered === false ? current.enabledSince : before.unregisteredEpisode,
    seenEvents: seenEventsOf(before, newEvents, rules),
    reminder: reminderOf(before, row.enabledSince, mayBeReminded, rules),
  };
  const isSame = row === stored.row && stored.history !== undefined && JSON.stringify(after) === JSON.stringify(known);
  if (isSame) return undefined;
  const outside = steps.map((step) => outsideFinding(step, row.id, methods?.registered === true));
  return changed(row, stored.history, after, [...outside, ...episode.findings, ...stuck.findings], rules);
}

/** The recorded events that the next sweep reads again. */
function seenEventsOf(
  { seenEvents }: UserHistory,
  newEvents: readonly AuditedState[],
  { trailFrom }: ReconcileRules,
): UserHistory['seenEvents'] {
  return [...seenEvents, ...newEvents.map(({ id, at }) => ({ id, at }))].filter(({ at }) => at >= trailFrom);
}

/** The user's history with what this sweep has read. */
function currentHistory(
  before: UserHistory,
  { name, userType, accountEnabled }: ObservedListing,
  { state, registered, enabledSince }: Pick<UserHistory, 'state' | 'registered' | 'enabledSince'>,
  { now }: ReconcileRules,
): UserHistory {
  const isEnabled = state === 'enabled';
  const registeredBefore = before.enabledSince === enabledSince ? before.registeredSince : '';
  return {
    ...before,
    name,
    userType,
    accountEnabled,
    state,
    registered,
    enabledSince: isEnabled ? enabledSince : '',
    registeredSince: isEnabled && registered ? registeredBefore || new Date(now).toISOString() : '',
    gone: false,
  };
}

/** The reminder that is due, or the last one. */
function reminderOf(
  { reminder }: UserHistory,
  enabledSince: string,
  mayBeReminded: boolean,
  rules: ReconcileRules,
): UserHistory['reminder'] {
  if (!mayBeReminded || rules.remind === undefined) return reminder;
  return dueReminder(reminder, enabledSince, rules.remind, rules) ?? reminder;
}

function changed(
  row: UserRow,
  before: UserHistory | undefined,
  after: UserHistory,
  findings: Finding[],
  rules: ReconcileRules,
): RewrittenUser {
  const previous =
    before === undefined || before.gone
      ? null
      : { state: before.state, registered: before.registered, name: before.name };
  return { row, history: { ...after, changedIn: rules.sweep, previous, findings } };
}
