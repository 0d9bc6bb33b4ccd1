import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, entryKey, invertTime, subjectOf, timeInEntryKey } from '../../../shared/audit/entry.ts';
import { type Outcome, outcomeKinds } from '../../../shared/domain/outcome.ts';
import { auditEntryOf } from '../../../shared/stateChange/recordOutcomes.ts';
import { sampleOperation, USER_ID } from '../../support/samples.ts';

const AT = '2026-03-02T08:00:00.000Z';
const outcome = (kind: Outcome['outcome'], more: Partial<Outcome> = {}): Outcome => ({
  outcome: kind,
  at: AT,
  ...more,
});
const entryOf = (one: Outcome, operation = sampleOperation()): AuditEntry | undefined =>
  auditEntryOf(operation, { id: USER_ID, reference: 'ada@contoso.com' }, one, []);

describe('an audit entry', () => {
  it('says who, what, when, why, from and to', () => {
    const operation = sampleOperation({ reason: 'Onboarding' });
    const applied = outcome('applied', { from: 'disabled', to: 'enabled', requestId: 'r1', overrides: ['weaken'] });
    expect(entryOf(applied, operation)).toEqual({
      event: 'stateChanged',
      userId: USER_ID,
      reference: 'ada@contoso.com',
      operationId: operation.id,
      actor: operation.actor,
      reason: 'Onboarding',
      from: 'disabled',
      to: 'enabled',
      acceptedAt: operation.acceptedAt,
      at: AT,
      requestId: 'r1',
      overrides: ['weaken'],
    });
  });

  it('is made for what changed or was denied, and for nothing else', () => {
    const kinds = outcomeKinds.filter((kind) => kind !== 'pending');
    expect(kinds.filter((kind) => entryOf(outcome(kind)) !== undefined)).toEqual([
      'applied',
      'superseded',
      'refused',
      'failed',
    ]);
    const dryRun = sampleOperation({ dryRun: true });
    expect(kinds.filter((kind) => entryOf(outcome(kind), dryRun) !== undefined)).toEqual([]);
  });

  it('has the same key whenever it is made', () => {
    const [first, second] = [entryOf(outcome('applied')), entryOf(outcome('applied'))];
    expect(first && second && entryKey(first) === entryKey(second)).toBe(true);
  });

  it('is filed under a safe key when there is no user', () => {
    const reference = 'a/b\\c#d?e%f@ä.b';
    const entry = auditEntryOf(sampleOperation(), { id: null, reference }, outcome('failed'), []) as AuditEntry;
    expect(subjectOf(entry)).toMatch(/^ref-[\w-]+$/);
    expect(subjectOf({ ...entry, reference: reference.toUpperCase() })).toBe(subjectOf(entry));
  });

  it.each<[string, Partial<AuditEntry>]>([
    ['of an operation', {}],
    ['of a sweep', { operationId: null, event: 'changedOutside' }],
    [
      'of a sweep, beside another of the same event and time',
      { operationId: null, event: 'changedOutside', id: 'a_b' },
    ],
    ['about a reference', { userId: null, reference: 'nobody_here@contoso.com' }],
    ['about no user', { userId: null, reference: '', id: 'purge' }],
  ])('has its time in its key: %s', (_, more) => {
    const made = entryOf(outcome('applied', { from: 'disabled', to: 'enabled' })) as AuditEntry;
    expect(timeInEntryKey(entryKey({ ...made, ...more }))).toBe(Date.parse(AT));
  });

  it('has a key that Table Storage takes, however long and of whatever script the reference is', () => {
    const local = fc.string({ unit: fc.constantFrom('a', 'ß', 'İ', '漢', '𠮷'), minLength: 1, maxLength: 190 });
    const domain = fc.string({ unit: fc.constantFrom('a', '漢'), minLength: 1, maxLength: 128 });
    fc.assert(
      fc.property(local, domain, (name, host) => {
        const reference = `${name}@${host}`.slice(0, 320);
        for (const kind of ['refused', 'failed'] as const) {
          const made = auditEntryOf(sampleOperation(), { id: null, reference }, outcome(kind), []) as AuditEntry;
          expect(entryKey(made)).toMatch(/^[\w-]{1,512}$/);
          expect(subjectOf({ ...made, reference: `${reference}x` })).not.toBe(subjectOf(made));
        }
      }),
    );
  });

  it('sorts before all that happened earlier', () => {
    const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, date, (a, b) => {
        const [keyA, keyB] = [invertTime(a.toISOString()), invertTime(b.toISOString())];
        expect(Math.sign(a.getTime() - b.getTime())).toBe(keyA < keyB ? 1 : keyA > keyB ? -1 : 0);
      }),
    );
  });
});
