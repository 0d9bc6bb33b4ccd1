import { describe, expect, it } from 'vitest';
import { type MfaState, mfaStates } from '../../../shared/domain/mfaState.ts';
import type { KnownSituation, Situation } from '../../../shared/stateChange/decision.ts';
import { MAY_HAVE_WRITTEN } from '../../../shared/stateChange/earlierWrite.ts';
import { canceled, claimedByAnother, duplicate, superseded } from '../../../shared/stateChange/orderRules.ts';
import {
  alreadyInState,
  canceledClaim,
  enforcing,
  lowering,
  promotion,
  resumeClaim,
} from '../../../shared/stateChange/stateRules.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../../../shared/users/claim.ts';
import type { Claim } from '../../../shared/users/userRow.ts';
import { NOTHING_PROTECTED, NOW, sampleOperation, sampleRow } from '../../support/samples.ts';

const CHUNK = 'chunk-00000-00-000';
const ours = sampleOperation();
const NEWER = '000000000000101';
const OLDER = '000000000000099';
const timeOf = (ms: number): string => new Date(ms).toISOString();

function claim(properties: Partial<Claim> = {}): Claim {
  return {
    sequence: ours.sequence,
    operationId: ours.id,
    chunk: CHUNK,
    from: 'disabled',
    target: 'enabled',
    overrides: [],
    at: timeOf(NOW - 1_000),
    ...properties,
  };
}

/** A disabled user that is to be enabled, without other facts. */
function situation(properties: Partial<KnownSituation> = {}): KnownSituation {
  return {
    operation: ours,
    chunk: CHUNK,
    row: sampleRow(),
    state: { kind: 'known', value: 'disabled' },
    registered: { kind: 'unasked' },
    safety: NOTHING_PROTECTED,
    now: NOW,
    consistencyMs: 120_000,
    from: 'disabled',
    ...properties,
  };
}

const concluded = (outcome: object) => ({ kind: 'conclude', outcome: expect.objectContaining(outcome) });
const promotionOf = (properties = {}) =>
  sampleOperation({ kind: 'promotion', targetState: 'enforced', mayWeaken: true, ...properties });

describe('superseded', () => {
  const cases: readonly [string, Partial<Situation>, boolean][] = [
    ['by a newer change that was made', { row: sampleRow({ sequence: NEWER }) }, true],
    ['not by a newer change that is under way', { row: sampleRow({ claim: claim({ sequence: NEWER }) }) }, false],
    ['not by an older change', { row: sampleRow({ sequence: OLDER, claim: claim({ sequence: OLDER }) }) }, false],
    ['not by itself', { row: sampleRow({ sequence: ours.sequence, claim: claim() }) }, false],
    ['not where nothing is known of the user', {}, false],
    ['for a promotion, by a newer change', { operation: promotionOf(), row: sampleRow({ sequence: NEWER }) }, true],
    [
      'for a promotion, not by a change that was requested before it',
      { operation: promotionOf({ sequence: '000000000000000' }), row: sampleRow({ sequence: OLDER }) },
      false,
    ],
  ];
  it.each(cases)('%s', (_, properties, is) => {
    expect(superseded(situation(properties))).toEqual(is ? concluded({ outcome: 'superseded' }) : undefined);
  });
});

describe('claimedByAnother', () => {
  const other = { operationId: '0dd40000-0000-4000-8000-000000000009', sequence: OLDER };
  const waits = { kind: 'retry', retryAfterMs: 300 };
  const aged = (ms: number) => sampleRow({ claim: claim({ ...other, at: timeOf(NOW - ms) }) });
  const cases: readonly [string, Partial<Situation>, object | undefined][] = [
    ['waits for a claim of another operation', { row: sampleRow({ claim: claim(other) }) }, waits],
    [
      'waits for a claim of another chunk',
      { row: sampleRow({ claim: claim({ chunk: 'chunk-00001-00-000' }) }) },
      waits,
    ],
    ['continues with a claim of its own', { row: sampleRow({ claim: claim() }) }, undefined],
    ['continues without a claim', {}, undefined],
    ['waits for a claim that was abandoned, until it is ended', { row: aged(CLAIM_ABANDONED_AFTER_MS) }, waits],
  ];
  it.each(cases)('%s', (_, properties, expected) => {
    expect(claimedByAnother(situation(properties))).toEqual(expected);
  });
});

describe('duplicate', () => {
  const done = { operationId: ours.id, sequence: ours.sequence, chunk: 'chunk-00001-00-000' };
  const cases: readonly [string, object, boolean][] = [
    ['of a user that another chunk of the operation changed', done, true],
    ['not of a user that this chunk changed', { ...done, chunk: CHUNK }, false],
    ['not of a user that another operation changed', { ...done, operationId: 'another' }, false],
    ['not of a user that an earlier retry of the operation changed', { ...done, sequence: OLDER }, false],
  ];
  it.each(cases)('%s', (_, row, is) => {
    expect(duplicate(situation({ row: sampleRow(row) }))).toEqual(is ? concluded({ outcome: 'duplicate' }) : undefined);
  });
});

describe('canceled', () => {
  const operation = sampleOperation({ cancelRequestedAt: timeOf(NOW) });
  it('keeps the user as they are', () => {
    expect(canceled(situation({ operation }))).toEqual(concluded({ outcome: 'canceled' }));
  });
  it('is decided on the state of a user with a claim of ours', () => {
    expect(canceled(situation({ operation, row: sampleRow({ claim: claim() }) }))).toBeUndefined();
  });
  it('says nothing of an operation that was not canceled', () => {
    expect(canceled(situation())).toBeUndefined();
  });
});

describe('canceledClaim', () => {
  const SECOND = 1_000;
  const operation = sampleOperation({ cancelRequestedAt: timeOf(NOW) });
  const stale = { kind: 'retry', retryAfterMs: undefined, reason: 'staleRead' };
  const claimed = (ageMs: number, properties: Partial<Claim> = {}) =>
    sampleRow({ claim: claim({ at: timeOf(NOW - ageMs), ...properties }) });
  const unconfirmed = concluded({
    outcome: 'failed',
    code: 'writeUnconfirmed',
    message: `The operation was canceled. ${MAY_HAVE_WRITTEN}`,
  });
  const cases: readonly [string, Partial<KnownSituation>, object | undefined][] = [
    ['says nothing of an operation that was not canceled', { operation: ours, row: claimed(200 * SECOND) }, undefined],
    ['says nothing of a user without a claim of ours', { row: sampleRow() }, undefined],
    ['ends a user who was not written', { row: claimed(130 * SECOND) }, concluded({ outcome: 'canceled' })],
    ['waits while a write may not show yet, or may still be sent', { row: claimed(130 * SECOND - 1) }, stale],
    ['leaves a user who was written', { row: claimed(SECOND), from: 'enabled' }, undefined],
    ['leaves a user who was written and promoted by Entra', { row: claimed(SECOND), from: 'enforced' }, undefined],
    [
      'waits when the target state may be from before the attempt',
      {
        row: { ...claimed(SECOND), state: 'disabled', overwritten: [{ state: 'enabled', at: timeOf(NOW - SECOND) }] },
        from: 'enabled',
      },
      stale,
    ],
    [
      'does not write a user again who shows a third state, and says that a write is possible',
      { row: claimed(130 * SECOND, { from: 'enabled', target: 'enforced' }), from: 'disabled' },
      unconfirmed,
    ],
    [
      'says that a write is possible that Entra took back at once',
      { row: claimed(130 * SECOND, { from: 'enforced', target: 'enabled' }), from: 'enforced' },
      unconfirmed,
    ],
    [
      'ends a user who was not lowered any further',
      { row: claimed(130 * SECOND, { from: 'enforced', target: 'disabled' }), from: 'enforced' },
      concluded({ outcome: 'canceled' }),
    ],
    [
      'ends a user whose write Graph throttled',
      { row: claimed(SECOND), isClaimUnused: true },
      concluded({ outcome: 'canceled' }),
    ],
  ];
  it.each(cases)('%s', (_, properties, expected) => {
    expect(canceledClaim(situation({ operation, ...properties }))).toEqual(expected);
  });
});

describe('resumeClaim', () => {
  const resumed = (from: MfaState, properties: Partial<Claim> = {}, others: Partial<KnownSituation> = {}) =>
    resumeClaim(situation({ from, row: sampleRow({ claim: claim(properties) }), ...others }));

  it('says nothing of a user without a claim of ours', () => {
    expect(resumeClaim(situation())).toBeUndefined();
    expect(resumeClaim(situation({ row: sampleRow({ claim: claim({ operationId: 'another' }) }) }))).toBeUndefined();
  });

  it('does not resume a claim whose write Graph throttled, whatever Graph shows', () => {
    for (const state of mfaStates) expect(resumed(state, {}, { isClaimUnused: true })).toBeUndefined();
  });

  it('writes where Graph still shows the state before', () => {
    expect(resumed('disabled', { overrides: ['weaken'] })).toEqual({
      kind: 'write',
      from: 'disabled',
      overrides: ['weaken'],
      isRepeated: true,
    });
  });

  it('confirms where Graph shows the target state', () => {
    expect(resumed('enforced', { target: 'enforced', overrides: ['weaken'] })).toEqual({
      kind: 'confirm',
      from: 'disabled',
      overrides: ['weaken'],
    });
  });

  it('confirms where Entra moved an enabled user on', () => {
    expect(resumed('enforced', { target: 'enabled' })).toMatchObject({ kind: 'confirm', from: 'disabled' });
  });

  it('writes from where the user is now when that is neither', () => {
    expect(resumed('enforced', { from: 'enabled', target: 'disabled' })).toMatchObject({
      kind: 'write',
      from: 'enforced',
    });
    expect(resumed('enabled', { from: 'disabled', target: 'enforced' })).toMatchObject({
      kind: 'write',
      from: 'enabled',
    });
  });

  it('writes where the read may be older than the attempt', () => {
    const overwritten = [{ state: 'enabled', at: timeOf(NOW - 1_000) }] as const;
    const row = sampleRow({ overwritten, claim: claim() });
    expect(resumeClaim(situation({ from: 'enabled', row }))).toMatchObject({ kind: 'write', from: 'disabled' });
    expect(resumeClaim(situation({ from: 'enabled', row, now: NOW + 120_000 }))).toMatchObject({ kind: 'confirm' });
  });

  describe('of a promotion', () => {
    const operation = promotionOf();
    const toEnforced = { from: 'enabled', target: 'enforced' } as const;
    it('continues with a user who is still enabled', () => {
      expect(resumed('enabled', toEnforced, { operation })).toMatchObject({ kind: 'write', from: 'enabled' });
    });
    it('confirms a user who is enforced by now', () => {
      expect(resumed('enforced', { from: 'disabled', target: 'enforced' }, { operation })).toMatchObject({
        kind: 'confirm',
      });
    });
    it('ends for a user who is no longer enabled', () => {
      expect(resumed('disabled', toEnforced, { operation })).toEqual(
        concluded({ outcome: 'failed', code: 'notEnabled', from: 'disabled' }),
      );
    });
  });
});

describe('alreadyInState', () => {
  it.each(mfaStates)('finds a user unchanged who is %s already', (state) => {
    const operation = sampleOperation({ targetState: state });
    expect(alreadyInState(situation({ operation, from: state }))).toEqual({ kind: 'unchanged', state });
    for (const from of mfaStates.filter((other) => other !== state))
      expect(alreadyInState(situation({ operation, from }))).toBeUndefined();
  });
});

describe('promotion', () => {
  it('is for enabled users only', () => {
    expect(promotion(situation({ operation: promotionOf(), from: 'enabled' }))).toBeUndefined();
    expect(promotion(situation({ operation: promotionOf(), from: 'disabled' }))).toEqual(
      concluded({ outcome: 'superseded', code: 'notEnabled', from: 'disabled' }),
    );
  });
  it('says nothing of other operations', () => {
    expect(promotion(situation({ from: 'disabled' }))).toBeUndefined();
  });
});

describe('lowering', () => {
  const low = (from: MfaState, properties: Parameters<typeof sampleOperation>[0]) =>
    lowering(situation({ from, operation: sampleOperation(properties) }));

  it('says nothing of a change that raises', () => {
    expect(low('disabled', { targetState: 'enabled', mayWeaken: false })).toBeUndefined();
    expect(low('enabled', { targetState: 'enforced', mayWeaken: false })).toBeUndefined();
  });
  it.each([
    ['enforced', 'enabled'],
    ['enforced', 'disabled'],
    ['enabled', 'disabled'],
  ] as const)('from %s to %s needs the role, whatever is acknowledged', (from, targetState) => {
    const refusal = concluded({ outcome: 'refused', code: 'weakenNotAllowed', from });
    expect(low(from, { targetState, mayWeaken: false, acknowledge: ['weaken'] })).toEqual(refusal);
  });
  it('to disabled needs only the role', () => {
    expect(low('enforced', { targetState: 'disabled' })).toBeUndefined();
  });
  it('to enabled needs an acknowledgement too', () => {
    expect(low('enforced', { targetState: 'enabled' })).toEqual(concluded({ outcome: 'refused', code: 'weaken' }));
    expect(low('enforced', { targetState: 'enabled', acknowledge: ['weaken'] })).toEqual({
      kind: 'override',
      safetyCheck: 'weaken',
    });
  });
});

describe('enforcing', () => {
  const operation = sampleOperation({ targetState: 'enforced' });
  const acknowledged = sampleOperation({ targetState: 'enforced', acknowledge: ['legacyAuthInterruption'] });
  const overridden = { kind: 'override', safetyCheck: 'legacyAuthInterruption' };
  const unreadable = { kind: 'refused', code: 'accessDenied', message: 'no' } as const;
  const none = { kind: 'known', value: false } as const;
  const cases: readonly [string, Partial<KnownSituation>, unknown][] = [
    ['says nothing of other target states', { operation: ours, registered: none }, undefined],
    ['asks whether the user has registered', { operation }, { kind: 'needsRegistration' }],
    [
      'waits until that is known',
      { operation, registered: { kind: 'retry', retryAfterMs: 7 } },
      { kind: 'retry', retryAfterMs: 7 },
    ],
    ['continues for a registered user', { operation, registered: { kind: 'known', value: true } }, undefined],
    [
      'needs no override for a registered user',
      { operation: acknowledged, registered: { kind: 'known', value: true } },
      undefined,
    ],
    ['refuses a user without a method', { operation, registered: none }, concluded({ code: 'notRegistered' })],
    [
      'refuses where it cannot be known',
      { operation, registered: unreadable },
      concluded({ code: 'registrationUnknown' }),
    ],
    ['can be overridden for a user without a method', { operation: acknowledged, registered: none }, overridden],
    ['can be overridden where it cannot be known', { operation: acknowledged, registered: unreadable }, overridden],
  ];
  it.each(cases)('%s', (_, properties, expected) => {
    expect(enforcing(situation({ from: 'enabled', ...properties }))).toEqual(expected);
  });
});
