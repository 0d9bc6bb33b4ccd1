import { describe, expect, it } from 'vitest';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import type { ObservedUser, ReconcileRules } from '../../../shared/registration/observedUser.ts';
import { reconcile } from '../../../shared/registration/reconcile.ts';
import { newUserHistory, type UserHistory } from '../../../shared/registration/userHistory.ts';
import type { Claim, UserRow } from '../../../shared/users/userRow.ts';
import { NOW, sampleRow, USER_ID } from '../../support/samples.ts';

const NAME = 'ada@contoso.com';
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();
const HOUR = 60 * 60_000;
const rules: ReconcileRules = {
  sweep: 5,
  isIncomplete: false,
  listedFrom: at(-2_000),
  sweptFrom: undefined,
  trailFrom: at(-25 * HOUR),
  now: NOW,
  consistencyMs: 120_000,
  stuckAfterMs: 24 * HOUR,
  promote: false,
  remind: undefined,
};

interface Case {
  readonly listed?: MfaState | null;
  readonly row?: Partial<UserRow>;
  readonly before?: Partial<UserHistory>;
  readonly asked?: boolean;
  /** When the method was registered; null when Graph does not tell. */
  readonly since?: string | null;
  readonly reported?: boolean;
}

function observed({ listed, row, before, asked, since = at(-HOUR), reported }: Case): ObservedUser {
  return {
    listed:
      listed === undefined
        ? undefined
        : {
            id: USER_ID,
            name: NAME,
            displayName: null,
            licensed: null,
            userType: 'Member',
            accountEnabled: true,
            state: listed,
            readAt: at(-1_000),
            isLive: true,
          },
    stored: { row: sampleRow(row), history: before && { ...newUserHistory(NAME), ...before } },
    trail: { states: [], registrations: [] },
    registration: {
      byMethods: asked === undefined ? undefined : { registered: asked, since: asked ? since : null },
      byReport: reported,
    },
    isPromotionRefused: false,
  };
}

const known = { userType: 'Member', accountEnabled: true, changedIn: 4 };
const enabledRow = { state: 'enabled', stateAt: at(-48 * HOUR), enabledSince: at(-48 * HOUR) } as const;
const enabled = { ...known, state: 'enabled', enabledSince: at(-48 * HOUR) } as const;

/** A change that is under way. */
const claim: Claim = {
  sequence: '1',
  operationId: 'o',
  chunk: 'c',
  from: 'disabled',
  target: 'enabled',
  overrides: [],
  at: at(-5_000),
};

const eventsOf = (one: Case, more: Partial<ReconcileRules> = {}): string[] =>
  (reconcile(observed(one), { ...rules, ...more })?.history.findings ?? []).map(({ event }) => event);

describe('what a sweep makes of a user', () => {
  it('is nothing but knowing them, at first sight', () => {
    const seen = reconcile(observed({ listed: 'enforced', row: { etag: undefined } }), rules);
    expect(seen).toMatchObject({
      row: { state: 'enforced', stateAt: at(-1_000), enabledSince: '' },
      history: { state: 'enforced', registered: null, findings: [], changedIn: 5, previous: null },
    });
  });

  it('is nothing at all when nothing has changed', () => {
    const first = reconcile(observed({ listed: 'disabled', row: { etag: undefined } }), rules);
    const again = { ...observed({ listed: 'disabled' }), stored: first as NonNullable<typeof first> };
    expect(reconcile(again, { ...rules, sweep: 6 })).toBeUndefined();
  });

  it.each<[string, Case, string[]]>([
    [
      'is a change by Entra from enabled to enforced',
      { listed: 'enforced', row: enabledRow, before: enabled, asked: true },
      ['enforcedByEntra', 'registrationCompleted'],
    ],
    [
      'is a change by others from enabled to enforced without a registered method',
      { listed: 'enforced', row: enabledRow, before: enabled, asked: false },
      ['changedOutside'],
    ],
    [
      'is a change by others from enabled to enforced while the methods are not known',
      { listed: 'enforced', row: enabledRow, before: enabled, reported: true },
      ['changedOutside'],
    ],
    [
      'is a registration from before, which Entra moved on',
      { listed: 'enforced', row: enabledRow, before: enabled, asked: true, since: at(-50 * HOUR) },
      ['enforcedByEntra', 'alreadyRegistered'],
    ],
    [
      'is a registration from before the user was enabled',
      { listed: 'enabled', row: enabledRow, before: enabled, asked: true, since: at(-50 * HOUR) },
      ['alreadyRegistered'],
    ],
    [
      'is a registration at a time that is not known',
      { listed: 'enabled', row: enabledRow, before: enabled, asked: true, since: null },
      ['alreadyRegistered'],
    ],
    [
      'is a completed registration at a time that is not known, of a user who had none in this episode',
      {
        listed: 'enabled',
        row: enabledRow,
        before: { ...enabled, unregisteredEpisode: enabled.enabledSince },
        asked: true,
        since: null,
      },
      ['registrationCompleted'],
    ],
    ['is a change by others otherwise', { listed: 'disabled', row: enabledRow, before: enabled }, ['changedOutside']],
    [
      'is a change by others in a row that no sweep has seen',
      { listed: 'enabled', row: { state: 'disabled' } },
      ['changedOutside'],
    ],
    [
      'is a completed registration',
      { listed: 'enabled', row: enabledRow, before: enabled, asked: true },
      ['registrationCompleted'],
    ],
    [
      'is no registration that only the report knows of',
      { listed: 'enabled', row: enabledRow, before: enabled, reported: true },
      [],
    ],
    [
      'is no registration in another state',
      { listed: 'disabled', row: { state: 'disabled' }, before: { ...known, state: 'disabled' }, asked: true },
      [],
    ],
  ])('%s', (_, one, events) => {
    expect(eventsOf(one)).toEqual(events);
  });

  it('is recorded once in an episode, and again in the next', () => {
    const recorded = {
      ...enabled,
      registered: true,
      registeredSince: at(-HOUR),
      recordedEpisode: enabled.enabledSince,
    };
    const one: Case = { listed: 'enabled', row: enabledRow, before: recorded, asked: true };
    expect(eventsOf(one)).toEqual([]);
    expect(eventsOf({ ...one, row: { ...enabledRow, enabledSince: at(-HOUR) } })).toEqual(['registrationCompleted']);
  });

  it('is a stuck user when both have been true for long enough', () => {
    const since = (registeredSince: string): Case => ({
      listed: 'enabled',
      row: enabledRow,
      before: { ...enabled, registered: true, registeredSince, recordedEpisode: enabled.enabledSince },
      asked: true,
    });
    expect(eventsOf(since(at(-25 * HOUR)))).toEqual(['stuckEnabled']);
    expect(eventsOf(since(at(-23 * HOUR)))).toEqual([]);
    const told = since(at(-25 * HOUR));
    expect(eventsOf({ ...told, before: { ...told.before, stuckEpisode: enabled.enabledSince } })).toEqual([]);
  });

  it('believes what was written after the list was read', () => {
    const written = { state: 'enabled', stateAt: at(-500), enabledSince: at(-500) } as const;
    expect(reconcile(observed({ listed: 'disabled', row: written, before: known }), rules)).toMatchObject({
      row: { state: 'enabled', stateAt: at(-500) },
      history: { state: 'enabled', findings: [] },
    });
  });

  it('believes what was written a moment before, against a list that still shows what it replaced', () => {
    const written = {
      ...enabledRow,
      stateAt: at(-30_000),
      overwritten: [{ state: 'disabled', at: at(-30_000) }],
    } as const;
    expect(eventsOf({ listed: 'disabled', row: written, before: known })).toEqual([]);
    expect(eventsOf({ listed: 'enforced', row: written, before: known })).toEqual(['changedOutside']);
  });

  it('does not compare a user with a change in progress', () => {
    expect(eventsOf({ listed: 'enabled', row: { state: 'disabled', claim }, before: known })).toEqual([]);
    const lost = { ...claim, at: at(-HOUR) };
    expect(eventsOf({ listed: 'enabled', row: { state: 'disabled', claim: lost }, before: known })).toEqual([]);
    expect(eventsOf({ listed: 'enforced', row: { state: 'disabled', claim: lost }, before: known })).toEqual([
      'changedOutside',
    ]);
  });

  it('never takes a state that is not shown for disabled', () => {
    const unseen = reconcile(observed({ listed: null, row: enabledRow, before: enabled }), rules);
    expect(unseen).toMatchObject({ row: { state: 'enabled', unseen: true }, history: { findings: [] } });
    expect(
      reconcile(observed({ listed: null, row: { ...enabledRow, unseen: true }, before: enabled }), rules),
    ).toBeUndefined();
    expect(reconcile(observed({ listed: null, row: { etag: undefined } }), rules)?.history.state).toBeNull();
  });

  it('takes who is not listed out of the lists, but not who was written since', () => {
    const gone = reconcile(observed({ row: enabledRow, before: enabled }), rules);
    expect(gone).toMatchObject({ history: { gone: true, findings: [], previous: { state: 'enabled' } } });
    expect(
      reconcile(observed({ row: { ...enabledRow, stateAt: at(-1_000) }, before: enabled }), rules),
    ).toBeUndefined();
    expect(reconcile(observed({ row: enabledRow }), rules)).toBeUndefined();
    expect(reconcile(observed({ row: enabledRow, before: { ...enabled, gone: true } }), rules)).toBeUndefined();
  });

  it('is left to a newer sweep', () => {
    expect(eventsOf({ listed: 'disabled', row: enabledRow, before: { ...enabled, changedIn: 6 } })).toEqual([]);
  });

  it('asks for a promotion once in an episode, and only of who is known to be registered', () => {
    const one: Case = { listed: 'enabled', row: enabledRow, before: enabled, asked: true };
    const promoted = (change: Case): number | undefined =>
      reconcile(observed(change), { ...rules, promote: true })?.history.promotedIn;
    expect(promoted(one)).toBe(5);
    expect(promoted({ ...one, before: { ...enabled, promotedEpisode: enabled.enabledSince } })).toBe(0);
    expect(promoted({ ...one, asked: undefined, reported: true })).toBeUndefined();
    expect(reconcile(observed(one), rules)?.history.promotedIn).toBe(0);
  });
});

describe('a reminder', () => {
  const remind = { afterMs: 24 * HOUR, everyMs: 12 * HOUR, max: 2 };
  const open: Case = { listed: 'enabled', row: enabledRow, before: enabled, asked: false };
  const episode = enabledRow.enabledSince;
  const reminderOf = (one: Case, more: Partial<ReconcileRules> = {}) =>
    reconcile(observed(one), { ...rules, remind, ...more })?.history.reminder ?? null;
  const last = (number: number, hoursAgo: number, of = episode) => ({
    ...open,
    before: {
      ...enabled,
      registered: false,
      unregisteredEpisode: episode,
      reminder: { episode: of, number, at: at(-hoursAgo * HOUR), sweep: 4 },
    },
  });
  const first = { episode, number: 1, at: at(0), sweep: 5 };

  it('is due to a user who has been enabled for long and has no method', () => {
    expect(reminderOf(open)).toEqual(first);
    expect(reminderOf({ ...open, asked: undefined, reported: false } as Case)).toEqual(first);
    expect(reminderOf(open, { remind: { ...remind, afterMs: 49 * HOUR } })).toBeNull();
    expect(reminderOf(open, { remind: undefined })).toBeNull();
  });

  it('is due again at intervals, up to the maximum', () => {
    expect(reminderOf(last(1, 11))).toBeNull();
    expect(reminderOf(last(1, 13))).toEqual({ ...first, number: 2 });
    expect(reminderOf(last(2, 1_000))).toBeNull();
  });

  it('is the first again when the user was enabled again', () => {
    expect(reminderOf(last(2, 50, at(-90 * HOUR)))).toEqual(first);
  });

  it.each<[string, Case]>([
    ['is registered', { ...open, asked: true }],
    ['may be registered', { listed: 'enabled', row: enabledRow, before: enabled }],
    ['is not enabled', { ...open, listed: 'disabled' }],
    ['is enforced', { ...open, listed: 'enforced' }],
    ['is being changed', { ...open, row: { ...enabledRow, claim } }],
  ])('is not due to a user who %s', (_what, one) => {
    expect(reminderOf(one)).toBeNull();
  });

  it('is not due to an account that is disabled', () => {
    const { listed, ...rest } = observed(open);
    const blocked = { ...rest, listed: listed && { ...listed, accountEnabled: false } };
    expect(reconcile(blocked, { ...rules, remind })?.history.reminder).toBeNull();
  });
});
