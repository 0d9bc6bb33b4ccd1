import type { UserRow } from '../users/userRow.ts';
import { findingsOf } from './findings.ts';
import type { ObservedListing, ObservedUser, ReconcileRules } from './observedUser.ts';
import { reconcileState } from './reconcileState.ts';
import { registeredNow } from './registeredNow.ts';
import { dueReminder } from './remind.ts';
import { type Finding, newUserHistory, type RewrittenUser, type StoredUser, type UserHistory } from './userHistory.ts';

/**
 * Compares a user's stored row with what the sweep has read, and returns the new row with the findings.
 * @returns undefined when nothing changes
 */
export function reconcile(user: ObservedUser, rules: ReconcileRules): RewrittenUser | undefined {
  const changedIn = user.stored.history?.changedIn ?? 0;
  if (changedIn > rules.sweep) return undefined; // a newer sweep has reconciled this user already
  return user.listed === undefined ? reconcileUnlisted(user.stored, rules) : reconcileListed(user, user.listed, rules);
}

/** Keeps the row of a user who is no longer listed, for its history. A row written since the listing may be a new user. */
function reconcileUnlisted({ row, history }: StoredUser, rules: ReconcileRules): RewrittenUser | undefined {
  if (rules.isIncomplete || history === undefined || history.gone) return undefined;
  if (row.stateAt > rules.listedFrom || row.claim !== null) return undefined;
  return changed(row, history, { ...history, gone: true }, [], rules);
}

function reconcileListed(
  { stored, registration, isPromotionRefused }: ObservedUser,
  listed: ObservedListing,
  rules: ReconcileRules,
): RewrittenUser | undefined {
  const known = stored.history ?? newUserHistory(listed.name);
  const before = isPromotionRefused ? { ...known, promotedEpisode: '' } : known;
  const { state, isCertain, row, findings } = reconcileState(stored.row, listed, rules);
  const registered = registeredNow(state, registration, before);
  const current = currentHistory(before, listed, { state, registered, enabledSince: row.enabledSince }, rules);
  const isConfirmed = state === 'enabled' && registration.byMethods === true;
  const episode = findingsOf(current, before, isConfirmed, rules);
  // No reminder goes to a user whose state is changing, or who cannot sign in.
  const mayBeReminded = isCertain && state === 'enabled' && registered === false && listed.accountEnabled !== false;
  const after = { ...episode.after, reminder: reminderOf(before, row.enabledSince, mayBeReminded, rules) };
  const isSame = row === stored.row && stored.history !== undefined && JSON.stringify(after) === JSON.stringify(known);
  return isSame ? undefined : changed(row, stored.history, after, [...findings, ...episode.findings], rules);
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
