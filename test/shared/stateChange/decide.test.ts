import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MfaState, mfaStates } from '../../../shared/domain/mfaState.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { decide } from '../../../shared/stateChange/decide.ts';
import type { Situation } from '../../../shared/stateChange/decision.ts';
import { MAY_HAVE_WRITTEN } from '../../../shared/stateChange/earlierWrite.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../../../shared/users/claim.ts';
import { byOf, type Claim, type UserRow } from '../../../shared/users/userRow.ts';
import { NOTHING_PROTECTED, NOW, sampleOperation, sampleRow } from '../../support/samples.ts';

const CHUNK = 'chunk-00000-00-000';

function situation(properties: Partial<Situation> = {}): Situation {
  return {
    operation: sampleOperation(),
    chunk: CHUNK,
    row: sampleRow(),
    state: { kind: 'known', value: 'disabled' },
    registered: { kind: 'unasked' },
    safety: NOTHING_PROTECTED,
    now: NOW,
    consistencyMs: 120_000,
    ...properties,
  };
}

function claim(properties: Partial<Claim> = {}): Claim {
  return {
    sequence: sampleOperation().sequence,
    operationId: sampleOperation().id,
    chunk: CHUNK,
    from: 'disabled',
    target: 'enabled',
    overrides: [],
    at: new Date(NOW - 1_000).toISOString(),
    ...properties,
  };
}

const foreign = { operationId: '0dd40000-0000-4000-8000-000000000009', sequence: '000000000000050' };
const outcomeOf = (properties: Partial<Situation>) => {
  const decision = decide(situation(properties));
  return decision.kind === 'conclude' ? decision.outcome : decision.kind;
};

describe('a user is changed', () => {
  it('from the state that Graph shows', () => {
    expect(decide(situation())).toEqual({ kind: 'write', from: 'disabled', overrides: [] });
  });

  it('but not written when in the target state already', () => {
    expect(decide(situation({ state: { kind: 'known', value: 'enabled' } }))).toEqual({
      kind: 'unchanged',
      state: 'enabled',
    });
  });

  it('not at all in a dry run, which says what would be', () => {
    expect(outcomeOf({ operation: sampleOperation({ dryRun: true }) })).toMatchObject({
      outcome: 'wouldChange',
      from: 'disabled',
      to: 'enabled',
    });
  });

  it('not at all in a dry run, which names the overridden safety checks', () => {
    const dryRun = { dryRun: true, acknowledge: ['weaken' as const] };
    expect(outcomeOf({ operation: sampleOperation(dryRun) })).not.toHaveProperty('overrides');
    expect(
      outcomeOf({ operation: sampleOperation(dryRun), state: { kind: 'known', value: 'enforced' } }),
    ).toMatchObject({ outcome: 'wouldChange', from: 'enforced', overrides: ['weaken'] });
  });

  it('later, when Graph does not say their state now', () => {
    expect(decide(situation({ state: { kind: 'retry', retryAfterMs: 7_000 } }))).toEqual({
      kind: 'retry',
      retryAfterMs: 7_000,
    });
  });

  it('never, when Graph refuses to say their state', () => {
    const state = { kind: 'refused', code: 'userNotFound', message: 'no' } as const;
    expect(outcomeOf({ state })).toMatchObject({ outcome: 'failed', code: 'userNotFound', message: 'no' });
  });

  it('never, and may have been changed, when an earlier attempt may have written', () => {
    const state = { kind: 'refused', code: 'userNotFound', message: 'no' } as const;
    const row = sampleRow({ claim: claim() });
    expect(outcomeOf({ state, row })).toMatchObject({ outcome: 'failed', message: `no ${MAY_HAVE_WRITTEN}` });
    expect(outcomeOf({ state, row, isClaimUnused: true })).toMatchObject({ message: 'no' });
  });
});

describe('a read that contradicts our last change', () => {
  const changed = (from: MfaState, to: MfaState, msAgo: number) =>
    sampleRow({ state: to, overwritten: [{ state: from, at: new Date(NOW - msAgo).toISOString() }] });
  const decideOn = (read: MfaState, row: UserRow, target: MfaState = 'enabled') =>
    decide(
      situation({ row, state: { kind: 'known', value: read }, operation: sampleOperation({ targetState: target }) }),
    );
  const doubt = { kind: 'retry', retryAfterMs: undefined, reason: 'staleRead' };

  it('is read again while it may be older, whatever the target', () => {
    for (const target of mfaStates)
      expect(decideOn('disabled', changed('disabled', 'enabled', 1_000), target)).toEqual(doubt);
  });

  it('is true when it cannot be older', () => {
    const row = changed('disabled', 'enabled', 120_000);
    expect(decideOn('disabled', row)).toMatchObject({ kind: 'write', from: 'disabled' });
  });

  it('is true when we never overwrote what it shows', () => {
    const row = changed('disabled', 'enabled', 1_000);
    expect(decideOn('enforced', row, 'disabled')).toMatchObject({ kind: 'write', from: 'enforced' });
  });

  it('may show the promotion of a user that we changed from enabled before we saw it', () => {
    expect(decideOn('enforced', changed('enabled', 'disabled', 1_000), 'disabled')).toEqual(doubt);
    expect(decideOn('enforced', changed('enabled', 'disabled', 120_000), 'disabled')).toMatchObject({
      kind: 'write',
      from: 'enforced',
    });
  });

  it('is true when we overwrote enabled and it shows disabled: only a promotion goes unseen', () => {
    const row = changed('enabled', 'enforced', 1_000);
    expect(decideOn('disabled', row)).toMatchObject({ kind: 'write', from: 'disabled' });
  });

  it('is true when the state that we wrote is not known', () => {
    const row = { ...changed('disabled', 'enabled', 1_000), state: null };
    expect(decideOn('disabled', row)).toMatchObject({ kind: 'write', from: 'disabled' });
  });

  it('is no contradiction when it shows what we wrote, also after a change back', () => {
    expect(decideOn('enabled', changed('disabled', 'enabled', 1_000))).toEqual({ kind: 'unchanged', state: 'enabled' });
    expect(decideOn('enabled', changed('enabled', 'enabled', 1_000))).toEqual({ kind: 'unchanged', state: 'enabled' });
  });
});

describe('the newest accepted change wins', () => {
  it('over an older one that comes after it was done', () => {
    expect(outcomeOf({ row: sampleRow({ sequence: '000000000000101' }) })).toMatchObject({ outcome: 'superseded' });
  });

  it('over an older one only when it was made: while it is under way, it may still fail', () => {
    const row = sampleRow({ claim: claim({ ...foreign, sequence: '000000000000101' }) });
    expect(outcomeOf({ row })).toBe('retry');
  });

  it('and waits for an older one that is under way', () => {
    expect(outcomeOf({ row: sampleRow({ claim: claim(foreign) }) })).toBe('retry');
  });

  it('and waits for the end of one that was given up, because it may have been made', () => {
    const at = new Date(NOW - CLAIM_ABANDONED_AFTER_MS).toISOString();
    expect(outcomeOf({ row: sampleRow({ claim: claim({ ...foreign, at }) }) })).toBe('retry');
  });

  it('whatever else is true', () => {
    const states = fc.constantFrom(...mfaStates);
    fc.assert(
      fc.property(
        fc.record({
          targetState: states,
          read: states,
          known: fc.option(states),
          newer: fc.integer({ min: 101, max: 10_000 }),
          dryRun: fc.boolean(),
          mayWeaken: fc.boolean(),
          canceled: fc.boolean(),
        }),
        ({ targetState, read, known, newer, dryRun, mayWeaken, canceled }) => {
          const sequence = String(newer).padStart(15, '0');
          const row = sampleRow({ state: known, sequence });
          const cancelRequestedAt = canceled ? new Date(NOW).toISOString() : null;
          const operation = sampleOperation({ targetState, dryRun, mayWeaken, cancelRequestedAt });
          const decision = decide(situation({ operation, row, state: { kind: 'known', value: read } }));
          expect(decision).toMatchObject({ kind: 'conclude', outcome: { outcome: 'superseded' } });
        },
      ),
    );
  });

  it('so that any order of arrival ends in the state that was asked for last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...mfaStates), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        fc.constantFrom(...mfaStates),
        (targets, random, start) => {
          const arrivals = targets.map((targetState, number) => ({ targetState, number, key: random.next().value }));
          arrivals.sort((a, b) => a.key - b.key);
          const acknowledge = ['weaken' as const];
          let state = start;
          let row = sampleRow();
          for (const { targetState, number } of arrivals) {
            const sequence = String(number + 1).padStart(15, '0');
            const operation = sampleOperation({ id: `operation-${number}`, targetState, sequence, acknowledge });
            const registered = { kind: 'known', value: true } as const;
            const decision = decide(situation({ operation, row, state: { kind: 'known', value: state }, registered }));
            if (decision.kind === 'write') state = targetState;
            if (decision.kind === 'write' || decision.kind === 'unchanged')
              row = { ...row, sequence, operationId: operation.id, chunk: CHUNK, state };
          }
          expect(state).toBe(targets.at(-1));
        },
      ),
    );
  });
});

describe('a newer change by another caller, without the right to lower', () => {
  const newest = '000000000000101';
  const stranger = { actor: 'another caller', mayWeaken: false };
  const enforcing = { targetState: 'enforced' } as const;
  const registered = { kind: 'known', value: true } as const;
  const decideAfter = (by: UserRow['by'], operation: Partial<Operation> = {}) =>
    decide(
      situation({
        operation: sampleOperation({ ...enforcing, ...operation }),
        row: sampleRow({ state: 'enabled', sequence: newest, operationId: 'newer', chunk: CHUNK, by }),
        state: { kind: 'known', value: 'enabled' },
        registered,
      }),
    );
  const superseded = { kind: 'conclude', outcome: { outcome: 'superseded', supersededBy: 'newer' } };

  it('does not undercut a stronger one that was waiting', () => {
    expect(decideAfter(stranger)).toMatchObject({ kind: 'write', from: 'enabled' });
  });

  it.each<[string, UserRow['by'], Partial<Operation>]>([
    ['by a caller who may lower', { ...stranger, mayWeaken: true }, {}],
    ['by the same caller', { ...stranger, actor: sampleOperation().actor.id }, {}],
    ['stored by an earlier version', null, {}],
    ['of what is no stronger', stranger, { targetState: 'enabled' }],
    ['of what was retried later', stranger, { kind: 'retry', rank: '000000000000102' }],
    ['of a promotion', stranger, { kind: 'promotion' }],
  ])('supersedes as any other: %s', (_, by, operation) => {
    expect(decideAfter(by, operation)).toMatchObject(superseded);
  });

  it('never leaves a user with less than any caller without the right to lower asked for', () => {
    const callers = [
      { actor: { kind: 'user', id: 'one' }, mayWeaken: false },
      { actor: { kind: 'user', id: 'two' }, mayWeaken: false },
    ] as const;
    const change = fc.record({
      targetState: fc.constantFrom('enabled', 'enforced'),
      caller: fc.constantFrom(...callers),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 2, maxLength: 5 }), fc.infiniteStream(fc.nat()), (changes, random) => {
        const arrivals = changes.map((one, number) => ({ ...one, number, key: random.next().value as number }));
        arrivals.sort((a, b) => a.key - b.key);
        let state: MfaState = 'disabled';
        let row = sampleRow();
        for (const { targetState, caller, number } of arrivals) {
          const sequence = String(number + 1).padStart(15, '0');
          const operation = sampleOperation({ id: `o-${number}`, targetState, sequence, rank: sequence, ...caller });
          const decision = decide(situation({ operation, row, state: { kind: 'known', value: state }, registered }));
          if (decision.kind === 'write') state = targetState;
          if (decision.kind === 'write' || decision.kind === 'unchanged')
            row = {
              ...row,
              ...{ sequence: String(Math.max(Number(sequence), Number(row.sequence))).padStart(15, '0') },
              ...{ operationId: operation.id, chunk: CHUNK, by: byOf(operation), state },
            };
        }
        const ownLater = (index: number): boolean =>
          changes
            .slice(index + 1)
            .some(({ caller, targetState }) => caller === changes[index]?.caller && targetState === 'enabled');
        const mustHold = changes.some(({ targetState }, index) => targetState === 'enforced' && !ownLater(index));
        if (mustHold) expect(state).toBe('enforced');
      }),
    );
  });
});

describe('an attempt that broke off', () => {
  it('keeps a user who had the target state when it looked, whatever is read later', () => {
    const row = sampleRow({ state: 'enabled', operationId: sampleOperation().id, chunk: CHUNK });
    const at = { ...row, sequence: sampleOperation().sequence };
    for (const value of mfaStates)
      expect(decide(situation({ row: at, state: { kind: 'known', value } }))).toMatchObject({
        outcome: { outcome: 'unchanged', from: 'enabled' },
      });
    expect(decide(situation({ row: { ...at, chunk: 'another' } }))).toMatchObject({
      outcome: { outcome: 'duplicate' },
    });
  });

  it('writes again when Graph still shows the state before', () => {
    const row = sampleRow({ claim: claim({ overrides: ['weaken'] }) });
    expect(decide(situation({ row }))).toEqual({
      kind: 'write',
      from: 'disabled',
      overrides: ['weaken'],
      isRepeated: true,
    });
  });

  it('confirms, with the state before, when Graph shows what it wrote, or where Entra moved the user on from there', () => {
    const row = sampleRow({ claim: claim() });
    for (const value of ['enabled', 'enforced'] as const)
      expect(decide(situation({ row, state: { kind: 'known', value } }))).toEqual({
        kind: 'confirm',
        from: 'disabled',
        overrides: [],
      });
  });

  it('writes when Entra moved the user on before it could, from where the user is now', () => {
    const operation = sampleOperation({ targetState: 'disabled' });
    const row = sampleRow({ state: 'enabled', claim: claim({ from: 'enabled', target: 'disabled' }) });
    expect(decide(situation({ operation, row, state: { kind: 'known', value: 'enforced' } }))).toEqual({
      kind: 'write',
      from: 'enforced',
      overrides: [],
      isRepeated: true,
    });
  });

  it('writes rather than confirm by a read that may be older than the attempt', () => {
    const operation = sampleOperation({ targetState: 'disabled' });
    const overwritten = [{ state: 'disabled', at: new Date(NOW - 2_000).toISOString() }] as const;
    const row = sampleRow({ state: 'enabled', overwritten, claim: claim({ from: 'enabled', target: 'disabled' }) });
    const at = (now: number) => decide(situation({ operation, row, now, state: { kind: 'known', value: 'disabled' } }));
    expect(at(NOW)).toEqual({ kind: 'write', from: 'enabled', overrides: [], isRepeated: true });
    expect(at(NOW + 120_000)).toEqual({ kind: 'confirm', from: 'enabled', overrides: [] });
  });

  it('stops the promotion of a user who is no longer enabled', () => {
    const operation = sampleOperation({ kind: 'promotion', targetState: 'enforced' });
    const row = sampleRow({ state: 'enabled', claim: claim({ from: 'enabled', target: 'enforced' }) });
    expect(outcomeOf({ operation, row, state: { kind: 'known', value: 'disabled' } })).toMatchObject({
      outcome: 'failed',
      code: 'notEnabled',
    });
  });

  it('is confirmed if it wrote, and else ends, when the operation was canceled since', () => {
    const operation = sampleOperation({ cancelRequestedAt: new Date(NOW).toISOString() });
    const row = sampleRow({ claim: claim({ at: new Date(NOW - 130_000).toISOString() }) });
    expect(outcomeOf({ operation, row })).toMatchObject({ outcome: 'canceled' });
    expect(outcomeOf({ operation, row, state: { kind: 'known', value: 'enabled' } })).toBe('confirm');
    expect(outcomeOf({ operation })).toMatchObject({ outcome: 'canceled' });
  });
});

describe('a promotion', () => {
  const operation = sampleOperation({ kind: 'promotion', targetState: 'enforced' });
  const registered = { kind: 'known', value: true } as const;

  it('enforces an enabled user, unless a newer request has set this state', () => {
    const promoted = (sequence: string) =>
      outcomeOf({ operation, row: sampleRow({ sequence }), registered, state: { kind: 'known', value: 'enabled' } });
    expect(promoted('000000000000099')).toBe('write');
    expect(promoted('000000000000101')).toMatchObject({ outcome: 'superseded', code: 'newerOperation' });
  });

  it('leaves a user alone who is not enabled', () => {
    expect(outcomeOf({ operation, registered })).toMatchObject({ outcome: 'superseded', code: 'notEnabled' });
  });
});

describe('one operation', () => {
  const done = { operationId: sampleOperation().id, sequence: sampleOperation().sequence };

  it('counts a user that another of its chunks changed as a duplicate', () => {
    expect(outcomeOf({ row: sampleRow({ ...done, chunk: 'chunk-00001-00-000' }) })).toMatchObject({
      outcome: 'duplicate',
    });
  });

  it('changes a user again who is in the same chunk, when the state is another by now', () => {
    expect(outcomeOf({ row: sampleRow({ ...done, chunk: CHUNK }) })).toBe('write');
  });
});

describe('weakening', () => {
  const enforced = { kind: 'known', value: 'enforced' } as const;

  it('needs the role', () => {
    const operation = sampleOperation({ mayWeaken: false });
    expect(outcomeOf({ operation, state: enforced })).toMatchObject({ outcome: 'refused', code: 'weakenNotAllowed' });
  });

  it('from enforced to enabled needs an acknowledgement, which is recorded', () => {
    expect(outcomeOf({ state: enforced })).toMatchObject({ outcome: 'refused', code: 'weaken', from: 'enforced' });
    const operation = sampleOperation({ acknowledge: ['weaken'] });
    expect(decide(situation({ operation, state: enforced }))).toEqual({
      kind: 'write',
      from: 'enforced',
      overrides: ['weaken'],
    });
  });

  it('to disabled needs only the role', () => {
    const operation = sampleOperation({ targetState: 'disabled' });
    expect(decide(situation({ operation, state: enforced }))).toMatchObject({ kind: 'write', overrides: [] });
  });
});

describe('enforcing', () => {
  const operation = sampleOperation({ targetState: 'enforced' });
  const acknowledged = sampleOperation({ targetState: 'enforced', acknowledge: ['legacyAuthInterruption'] });

  it('needs to know whether the user has registered', () => {
    expect(outcomeOf({ operation })).toBe('needsRegistration');
    expect(outcomeOf({ operation, registered: { kind: 'retry', retryAfterMs: undefined } })).toBe('retry');
  });

  it('continues for a user who has', () => {
    expect(decide(situation({ operation, registered: { kind: 'known', value: true } }))).toMatchObject({
      kind: 'write',
      overrides: [],
    });
    expect(decide(situation({ operation: acknowledged, registered: { kind: 'known', value: true } }))).toMatchObject({
      kind: 'write',
      overrides: [],
    });
  });

  it('is refused for a user who has not, unless it is acknowledged', () => {
    const registered = { kind: 'known', value: false } as const;
    expect(outcomeOf({ operation, registered })).toMatchObject({ outcome: 'refused', code: 'notRegistered' });
    expect(decide(situation({ operation: acknowledged, registered }))).toMatchObject({
      kind: 'write',
      overrides: ['legacyAuthInterruption'],
    });
  });

  it('is refused when it cannot be known, unless it is acknowledged', () => {
    const registered = { kind: 'refused', code: 'accessDenied', message: 'no' } as const;
    expect(outcomeOf({ operation, registered })).toMatchObject({ outcome: 'refused', code: 'registrationUnknown' });
    expect(decide(situation({ operation: acknowledged, registered }))).toMatchObject({
      kind: 'write',
      overrides: ['legacyAuthInterruption'],
    });
  });
});
