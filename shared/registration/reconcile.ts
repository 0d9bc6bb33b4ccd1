import type { UserRow } from '../users/userRow.ts';
import { findingsOf } from './findings.ts';
import { type Finding, type Followed, type FollowedRow, type FollowUp, newFollowUp } from './followUp.ts';
import type { ObservedListing, ObservedUser, ReconcileRules } from './observedUser.ts';
import { reconcileState } from './reconcileState.ts';
import { registeredNow } from './registeredNow.ts';
import { dueReminder } from './remind.ts';

/**
 * What one user's row becomes by what a sweep has observed, and what was found. Nothing of the result is the same object as
 * before when anything has changed.
 * @returns undefined when nothing changes
 */
export function reconcile(observed: ObservedUser, rules: ReconcileRules): Followed | undefined {
  const changedIn = observed.known.followUp?.changedIn ?? 0;
  if (changedIn > rules.sweep) return undefined; // a newer sweep was here: this one has been overtaken
  return observed.listed === undefined
    ? reconcileUnlisted(observed.known, rules)
    : reconcileListed(observed, observed.listed, rules);
}

/** A user who is listed no more keeps the row, for its history. One who was written since may be too new to be listed. */
function reconcileUnlisted({ row, followUp }: FollowedRow, rules: ReconcileRules): Followed | undefined {
  if (followUp === undefined || followUp.gone || row.stateAt > rules.listedFrom || row.claim !== null) return undefined;
  return changed(row, followUp, { ...followUp, gone: true }, [], rules);
}

function reconcileListed(
  { known, registration }: ObservedUser,
  listed: ObservedListing,
  rules: ReconcileRules,
): Followed | undefined {
  const before = known.followUp ?? newFollowUp(listed.name);
  const { state, isCertain, row, findings } = reconcileState(known.row, listed, rules);
  const registered = registeredNow(state, registration, before);
  const placed = placedIn(before, listed, { state, registered, enabledSince: row.enabledSince }, rules);
  const isConfirmed = state === 'enabled' && registration.asked === true;
  const episode = findingsOf(placed, before, isConfirmed, rules);
  // A user whose state is about to change, or who cannot sign in at all, is not reminded.
  const mayBeReminded = isCertain && state === 'enabled' && registered === false && listed.accountEnabled !== false;
  const after = { ...episode.after, reminder: reminderOf(before, row.enabledSince, mayBeReminded, rules) };
  const isSame = row === known.row && known.followUp !== undefined && JSON.stringify(after) === JSON.stringify(before);
  return isSame ? undefined : changed(row, known.followUp, after, [...findings, ...episode.findings], rules);
}

/** What is known of the user, with what this sweep has observed. */
function placedIn(
  before: FollowUp,
  { name, userType, accountEnabled }: ObservedListing,
  { state, registered, enabledSince }: Pick<FollowUp, 'state' | 'registered' | 'enabledSince'>,
  { now }: ReconcileRules,
): FollowUp {
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
  { reminder }: FollowUp,
  enabledSince: string,
  mayBeReminded: boolean,
  rules: ReconcileRules,
): FollowUp['reminder'] {
  if (!mayBeReminded || rules.remind === undefined) return reminder;
  return dueReminder(reminder, enabledSince, rules.remind, rules) ?? reminder;
}

function changed(
  row: UserRow,
  before: FollowUp | undefined,
  after: FollowUp,
  findings: Finding[],
  rules: ReconcileRules,
): Followed {
  const previous =
    before === undefined || before.gone
      ? null
      : { state: before.state, registered: before.registered, name: before.name };
  return { row, followUp: { ...after, changedIn: rules.sweep, previous, findings } };
}
