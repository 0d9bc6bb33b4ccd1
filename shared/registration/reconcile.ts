import type { UserRow } from '../users/userRow.ts';
import { findingsOf } from './findings.ts';
import type { ObservedListing, ObservedUser, ReconcileRules } from './observedUser.ts';
import { reconcileState } from './reconcileState.ts';
import { registeredNow } from './registeredNow.ts';
import { dueReminder } from './remind.ts';
import { type Finding, newUserHistory, type RewrittenUser, type StoredUser, type UserHistory } from './userHistory.ts';

/**
 * What one user's row becomes by what a sweep has observed, and what was found. Nothing of the result is the same object as
 * before when anything has changed.
 * @returns undefined when nothing changes
 */
export function reconcile(observed: ObservedUser, rules: ReconcileRules): RewrittenUser | undefined {
  const changedIn = observed.known.history?.changedIn ?? 0;
  if (changedIn > rules.sweep) return undefined; // a newer sweep was here: this one has been overtaken
  return observed.listed === undefined
    ? reconcileUnlisted(observed.known, rules)
    : reconcileListed(observed, observed.listed, rules);
}

/** A user who is listed no more keeps the row, for its history. One who was written since may be too new to be listed. */
function reconcileUnlisted({ row, history }: StoredUser, rules: ReconcileRules): RewrittenUser | undefined {
  if (history === undefined || history.gone || row.stateAt > rules.listedFrom || row.claim !== null) return undefined;
  return changed(row, history, { ...history, gone: true }, [], rules);
}

function reconcileListed(
  { known, registration }: ObservedUser,
  listed: ObservedListing,
  rules: ReconcileRules,
): RewrittenUser | undefined {
  const before = known.history ?? newUserHistory(listed.name);
  const { state, isCertain, row, findings } = reconcileState(known.row, listed, rules);
  const registered = registeredNow(state, registration, before);
  const placed = placedIn(before, listed, { state, registered, enabledSince: row.enabledSince }, rules);
  const isConfirmed = state === 'enabled' && registration.asked === true;
  const episode = findingsOf(placed, before, isConfirmed, rules);
  // A user whose state is about to change, or who cannot sign in at all, is not reminded.
  const mayBeReminded = isCertain && state === 'enabled' && registered === false && listed.accountEnabled !== false;
  const after = { ...episode.after, reminder: reminderOf(before, row.enabledSince, mayBeReminded, rules) };
  const isSame = row === known.row && known.history !== undefined && JSON.stringify(after) === JSON.stringify(before);
  return isSame ? undefined : changed(row, known.history, after, [...findings, ...episode.findings], rules);
}

/** What is known of the user, with what this sweep has observed. */
function placedIn(
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
