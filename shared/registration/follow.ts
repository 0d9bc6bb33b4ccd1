import type { MfaState } from '../domain/mfaState.ts';
import type { ListedUser } from '../graph/userList.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../users/claim.ts';
import { presumedState } from '../users/presumedState.ts';
import type { UserRow } from '../users/userRow.ts';
import { type Finding, type FollowedRow, type FollowUp, newFollowUp } from './followUp.ts';
import { dueReminder, type RemindRules } from './remind.ts';

/** What is known of a user's registration, in this sweep. */
export interface Registration {
  /** Whether the user has a method that counts, by their methods; undefined when they were not asked for. */
  readonly asked: boolean | undefined;
  /** What the registration report says, which may be hours old; undefined when it says nothing. */
  readonly reported: boolean | undefined;
}

/** A user as one sweep sees them. */
export interface Sighting {
  /** Undefined for a user whom the tenant does not list. */
  readonly listed: (ListedUser & { readonly readAt: string }) | undefined;
  readonly known: FollowedRow;
  readonly registration: Registration;
}

export interface FollowRules {
  /** The number of the sweep. */
  readonly sweep: number;
  /** When the listing began, ISO 8601. */
  readonly listedFrom: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
  /** How long a user may be enabled and registered before that is recorded. */
  readonly stuckAfterMs: number;
  /** Whether registered users are to be promoted. */
  readonly promote: boolean;
  /** When users who do not register are to be reminded; undefined for never. */
  readonly remind: RemindRules | undefined;
}

/** A row as it is to be: nothing of it is the same object as before when anything has changed. */
export interface Followed {
  readonly row: UserRow;
  readonly followUp: FollowUp;
}

/**
 * What one user's row becomes by what a sweep has seen, and what was found.
 * @returns undefined when nothing changes
 */
export function follow(sighting: Sighting, rules: FollowRules): Followed | undefined {
  const seenIn = sighting.known.followUp?.changedIn ?? 0;
  if (seenIn > rules.sweep) return undefined; // a newer sweep was here: this one has been overtaken
  return sighting.listed === undefined ? leave(sighting.known, rules) : see(sighting, sighting.listed, rules);
}

/** A user who is listed no more keeps the row, for its history. One who was written since may be too new to be listed. */
function leave({ row, followUp }: FollowedRow, rules: FollowRules): Followed | undefined {
  if (followUp === undefined || followUp.gone || row.stateAt > rules.listedFrom || row.claim !== null) return undefined;
  return changed(row, followUp, { ...followUp, gone: true }, [], rules);
}

function see({ known, registration }: Sighting, listed: NonNullable<Sighting['listed']>, rules: FollowRules) {
  const before = known.followUp ?? newFollowUp(listed.name);
  const at = new Date(rules.now).toISOString();
  const { state, isCertain, isOurs } = presentState(listed, known.row, rules);
  const findings: Finding[] = [];
  let row = known.row;
  if (isCertain && state !== null) {
    const isChange = row.state !== null && state !== row.state;
    if (isChange && !isOurs) {
      const event = row.state === 'enabled' && state === 'enforced' ? 'enforcedByEntra' : 'changedOutside';
      findings.push({ event, from: row.state as MfaState, to: state, at });
    }
    const wasEnabled = row.state === 'enabled' && row.enabledSince !== '';
    const enabledSince = state !== 'enabled' ? '' : wasEnabled ? row.enabledSince : listed.readAt;
    if (state !== row.state || enabledSince !== row.enabledSince)
      row = { ...row, state, stateAt: listed.readAt, enabledSince };
  }

  const { enabledSince } = row;
  const isEnabled = state === 'enabled';
  const registered = registeredNow(state, registration, before);
  const sameEpisode = before.enabledSince === enabledSince;
  const after = {
    ...before,
    name: listed.name,
    userType: listed.userType,
    accountEnabled: listed.accountEnabled,
    state,
    registered,
    enabledSince: isEnabled ? enabledSince : '',
    registeredSince: isEnabled && registered ? (sameEpisode && before.registeredSince) || at : '',
    gone: false,
  };
  const isConfirmed = isEnabled && registration.asked === true;
  if (isConfirmed && before.recordedEpisode !== enabledSince) {
    findings.push({ event: 'registrationCompleted', to: 'enabled', at });
    after.recordedEpisode = enabledSince;
  }
  if (isConfirmed && before.stuckEpisode !== enabledSince && isStuck(after, rules)) {
    findings.push({ event: 'stuckEnabled', to: 'enabled', at });
    after.stuckEpisode = enabledSince;
  }
  if (isConfirmed && rules.promote && before.promotedEpisode !== enabledSince) {
    after.promotedEpisode = enabledSince;
    after.promotedIn = rules.sweep;
  }
  // Somebody whose state is about to change, or who cannot sign in at all, is left in peace.
  const isOpen = isEnabled && isCertain && registered === false && listed.accountEnabled !== false;
  if (isOpen && rules.remind !== undefined)
    after.reminder = dueReminder(before.reminder, enabledSince, rules.remind, rules) ?? before.reminder;
  if (row === known.row && known.followUp !== undefined && JSON.stringify(after) === JSON.stringify(before))
    return undefined;
  return changed(row, known.followUp, after, findings, rules);
}

function changed(
  row: UserRow,
  before: FollowUp | undefined,
  after: FollowUp,
  findings: Finding[],
  rules: FollowRules,
): Followed {
  const previous =
    before === undefined || before.gone
      ? null
      : { state: before.state, registered: before.registered, name: before.name };
  return { row, followUp: { ...after, changedIn: rules.sweep, previous, findings } };
}

/**
 * The state that a user is in. While a change is under way, and when the list is older than what we know, it is what we
 * know, and the list is compared with nothing.
 */
function presentState(
  listed: NonNullable<Sighting['listed']>,
  row: UserRow,
  { now, consistencyMs }: FollowRules,
): { state: MfaState | null; isCertain: boolean; isOurs: boolean } {
  const isUnderWay = row.claim !== null && Date.parse(row.claim.at) > now - CLAIM_ABANDONED_AFTER_MS;
  const isOlder = row.state !== null && row.stateAt > listed.readAt;
  if (listed.state === null || isUnderWay || isOlder) return { state: row.state, isCertain: false, isOurs: false };
  const state = presumedState(listed.state, row, Date.parse(listed.readAt), consistencyMs);
  // A change that was under way when its work was lost may have been carried out.
  return { state, isCertain: true, isOurs: row.claim?.target === state };
}

/**
 * Whether the user is registered. For enabled users only their methods count, or a report that says they have none; what
 * the report says of all others is good enough to be shown. What was known in another state says nothing any more: most
 * who leave `enabled` do so because they registered.
 */
function registeredNow(state: MfaState | null, { asked, reported }: Registration, before: FollowUp): boolean | null {
  if (asked !== undefined) return asked;
  const known = state === before.state ? before.registered : null;
  return state === 'enabled' && reported === true ? known : (reported ?? known);
}

function isStuck(
  { enabledSince, registeredSince }: Pick<FollowUp, 'enabledSince' | 'registeredSince'>,
  { now, stuckAfterMs }: FollowRules,
): boolean {
  return now - Math.max(Date.parse(enabledSince), Date.parse(registeredSince)) > stuckAfterMs;
}
