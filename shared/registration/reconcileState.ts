import type { MfaState } from '../domain/mfaState.ts';
import type { Actor } from '../domain/operation.ts';
import type { AuditedState } from '../graph/directoryAudits.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../users/claim.ts';
import { before, LIST_MAY_LAG_MS, lastKnownAt, mayBeOfEntra } from '../users/outsideChange.ts';
import { presumedState } from '../users/presumedState.ts';
import type { OutsideChange, UserRow } from '../users/userRow.ts';
import type { ObservedListing, ReconcileRules } from './observedUser.ts';
import type { UserHistory } from './userHistory.ts';

/** One change of a state that this service did not make. */
export interface OutsideStep {
  readonly from?: MfaState;
  readonly to: MfaState;
  /** When it happened, or was found. ISO 8601, like all times. */
  readonly at: string;
  /** Set when the time is not known: the change was made after this one. */
  readonly after?: string;
  /** Who made it, according to the audit log of Entra. */
  readonly by?: Actor;
  readonly auditId?: string;
  /** The event of the audit log before which this step must have happened, although the log does not have it. */
  readonly missingBefore?: string;
  /** Since when the user had been enabled before; empty when the user was not enabled. */
  readonly enabledSince: string;
}

/** A user's state after the comparison with the tenant's list. */
export interface ReconciledState {
  readonly state: MfaState | null;
  /** False when the list shows no state, or one that cannot be compared with the stored state. */
  readonly isCertain: boolean;
  /** The same object as before when nothing changes. */
  readonly row: UserRow;
  /** Changes that this service did not make, oldest first. */
  readonly steps: readonly OutsideStep[];
  /** The events of Entra's audit log that are recorded now. */
  readonly newEvents: readonly AuditedState[];
}

/** What a sweep has read about a user's state. */
export interface ReadState {
  readonly row: UserRow;
  readonly history: Pick<UserHistory, 'seenEvents'>;
  readonly listed: ObservedListing;
  /** Changes in the audit log of Entra, by others than this service, oldest first. */
  readonly audited: readonly AuditedState[];
}

/**
 * Whether the state must be read live before it is compared: the list may be hours old, so it never proves a change outside.
 */
export function needsLiveState(read: ReadState, rules: ReconcileRules): boolean {
  const { row, listed } = read;
  const { state, isCertain, isOurs } = presentState(listed, row, rules);
  if (listed.isLive || !isCertain || state === null || row.state === null) return false;
  return (state !== row.state && !isOurs) || unrecorded(read).length > 0;
}

/** Compares the state that was read with the stored state. */
export function reconcileState(read: ReadState, rules: ReconcileRules): ReconciledState {
  const { row, listed } = read;
  const { state, isCertain, isOurs } = presentState(listed, row, rules);
  const unchanged = { state, isCertain: false, row, steps: [], newEvents: [] };
  if (listed.state === null) return withoutState(read);
  if (!isCertain || state === null || needsLiveState(read, rules)) return unchanged;
  if (row.state === null) return { ...unchanged, isCertain, row: atFirstSight(row, state, listed) };

  return compare(read, row.state, { state, isOurs }, rules);
}

/** Compares a certain state with the state of the row. */
function compare(
  read: ReadState,
  stored: MfaState,
  { state, isOurs }: { readonly state: MfaState; readonly isOurs: boolean },
  rules: ReconcileRules,
): ReconciledState {
  const { row, listed } = read;
  const newEvents = unrecorded(read);
  const last = newEvents.filter(({ at }) => at >= row.knownAt).at(-1);
  const present = last !== undefined && isNewerThanRead(last, row, listed, rules) ? last.to : state;
  const isExplained = isOurs || present === stored || last?.to === present;
  const episode = stored === 'enabled' ? row.enabledSince : '';
  const audited = withGaps(newEvents, read, stored, episode, rules);
  const pending = row.outside.filter(mayBeOfEntra).map((change) => pendingStep(change, read.audited));
  const steps = [...pending, ...audited];
  const gap = audited.findLast(({ missingBefore }) => missingBefore !== undefined);
  if (!isExplained)
    steps.push({
      from: last?.to ?? stored,
      to: present,
      at: new Date(rules.now).toISOString(),
      after: last?.at ?? lastKnownAt(row, rules.sweptFrom),
      enabledSince: episode,
    });
  const enabledSince = enabledSinceOf(present, row, listed, steps);
  const isSame =
    present === stored &&
    enabledSince === row.enabledSince &&
    row.outside.length === 0 &&
    !row.unseen &&
    gap === undefined;
  const after: UserRow = {
    ...row,
    state: present,
    stateAt: present === stored ? row.stateAt : listed.readAt,
    knownAt: listed.isLive ? before(listed.readAt, rules.consistencyMs) : row.knownAt,
    settledAt: isExplained ? (gap?.at ?? row.settledAt) : listed.readAt,
    unseen: false,
    outside: [],
    enabledSince,
  };
  return { state: present, isCertain: true, row: isSame ? row : after, steps, newEvents };
}

/**
 * Records what the audit log of Entra has about a user whose state cannot be read, because the user was deleted, or Graph
 * does not show it. The next change of the state is not known to be later than this sweep.
 */
export function withoutState(read: Omit<ReadState, 'listed'>): ReconciledState {
  const { row } = read;
  const newEvents = row.state === null || row.claim !== null ? [] : unrecorded(read);
  const last = newEvents.filter(({ at }) => at >= row.knownAt && at > row.stateAt).at(-1);
  const episode = row.state === 'enabled' ? row.enabledSince : '';
  const steps = newEvents.map((event) => auditedStep(event, episode));
  const unconfirmed = row.state === null || row.unseen ? row : { ...row, unseen: true };
  const { at, to } = last ?? {};
  if (at === undefined || to === undefined)
    return { state: row.state, isCertain: false, row: unconfirmed, steps, newEvents };
  const enabledSince = to === 'enabled' ? at : '';
  const after = { ...unconfirmed, state: to, stateAt: at, knownAt: at, enabledSince };
  return { state: to, isCertain: false, row: after, steps, newEvents };
}

/** Events of the audit log that are not recorded yet, and are not explained by a recorded change either. */
function unrecorded({ row, history, audited }: Omit<ReadState, 'listed'>): AuditedState[] {
  const seen = new Set(history.seenEvents.map(({ id }) => id));
  return audited.filter(({ id, at, from, to }) => at > row.settledAt && from !== to && !seen.has(id));
}

/** Whether a live read may be older than an event. The state of a change of our own is newer than both. */
function isNewerThanRead(
  event: AuditedState,
  row: UserRow,
  { readAt }: ObservedListing,
  { consistencyMs }: ReconcileRules,
): boolean {
  return event.at > before(readAt, consistencyMs) && event.at > row.stateAt;
}

/**
 * The steps of events. When an event begins in another state than the known one, a step is missing in the audit log: it is
 * added, with the time in which it must have happened.
 */
function withGaps(
  events: readonly AuditedState[],
  { row }: ReadState,
  stored: MfaState,
  episode: string,
  rules: ReconcileRules,
): OutsideStep[] {
  const steps: OutsideStep[] = [];
  let known: { readonly state: MfaState; readonly at: string } = {
    state: stored,
    at: lastKnownAt(row, rules.sweptFrom),
  };
  for (const event of events) {
    // The state before our own last change is not stored.
    if (event.at > row.stateAt) {
      if (event.from !== undefined && event.from !== known.state)
        steps.push({
          from: known.state,
          to: event.from,
          at: before(event.at, 1),
          after: known.at,
          missingBefore: event.id,
          enabledSince: episode,
        });
      known = { state: event.to, at: event.at };
    }
    steps.push(auditedStep(event, episode));
  }
  return steps;
}

/** A change that was found before a change of our own, with what the audit log of Entra has about it. */
function pendingStep(change: OutsideChange, audited: readonly AuditedState[]): OutsideStep {
  const { from, to, at, after, enabledSince } = change;
  const event = audited.findLast((one) => one.to === to && one.at > after && one.at <= at);
  const known = event === undefined ? { at, after } : auditedStep(event, enabledSince);
  return { to, enabledSince, ...known, ...(from === undefined ? {} : { from }) };
}

function auditedStep({ id, at, from, to, by }: AuditedState, enabledSince: string): OutsideStep {
  return {
    ...(from === undefined ? {} : { from }),
    to,
    at,
    ...(by === undefined ? {} : { by }),
    auditId: id,
    enabledSince,
  };
}

/** Changes before the first sight are not recorded. */
function atFirstSight(row: UserRow, state: MfaState, { readAt, isLive }: ObservedListing): UserRow {
  return {
    ...row,
    state,
    stateAt: readAt,
    knownAt: isLive ? readAt : before(readAt, LIST_MAY_LAG_MS),
    settledAt: row.settledAt || readAt,
    enabledSince: state === 'enabled' ? readAt : '',
  };
}

function enabledSinceOf(
  state: MfaState,
  row: UserRow,
  { readAt }: ObservedListing,
  steps: readonly OutsideStep[],
): string {
  if (state !== 'enabled') return '';
  const enabling = steps.findLast(({ to, at }) => to === 'enabled' && at >= row.knownAt);
  if (enabling !== undefined) return enabling.after === undefined ? enabling.at : readAt;
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
