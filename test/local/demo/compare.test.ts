import { describe, expect, it } from 'vitest';
import type { ItemReport } from '../../../local/demo/api.ts';
import { findMismatches } from '../../../local/demo/compare.ts';
import type { AuditTable, Evidence } from '../../../local/demo/evidence.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import { agreement, write } from './evidence.ts';

type Change = (evidence: Evidence) => Evidence;

/** Changes what the API lists for one reference. */
const listed =
  (reference: string, change: Partial<ItemReport>): Change =>
  (evidence) => ({
    ...evidence,
    items: evidence.items.map((item) => (item.reference === reference ? { ...item, ...change } : item)),
  });
const counted =
  (counts: Record<string, number>): Change =>
  (evidence) => ({
    ...evidence,
    operation: { ...evidence.operation, counts: { ...evidence.operation.counts, ...counts } },
  });
const inTable =
  (table: AuditTable, change: (entries: readonly AuditEntry[]) => AuditEntry[]): Change =>
  (evidence) => ({ ...evidence, audit: { ...evidence.audit, [table]: change(evidence.audit[table]) } });
const inBothTables =
  (change: (entries: readonly AuditEntry[]) => AuditEntry[]): Change =>
  (evidence) =>
    inTable('audit', change)(inTable('auditByTime', change)(evidence));
const without = (subject: string) => (entries: readonly AuditEntry[]) =>
  entries.filter((entry) => (entry.userId ?? entry.reference) !== subject);
const altered = (subject: string, change: Partial<AuditEntry>) => (entries: readonly AuditEntry[]) =>
  entries.map((entry) => ((entry.userId ?? entry.reference) === subject ? { ...entry, ...change } : entry));
const twice = (subject: string) => (entries: readonly AuditEntry[]) =>
  entries.flatMap((entry) => ((entry.userId ?? entry.reference) === subject ? [entry, { ...entry }] : [entry]));
const inLedger =
  (change: (ledger: readonly LedgerEntry[]) => LedgerEntry[]): Change =>
  (evidence) => ({ ...evidence, ledger: change(evidence.ledger) });
const inTheEnd =
  (user: string, state: MfaState): Change =>
  (evidence) => ({ ...evidence, after: new Map(evidence.after).set(user, state) });
const atFirst =
  (user: string, state: MfaState): Change =>
  (evidence) => ({ ...evidence, before: new Map(evidence.before).set(user, state) });

const all =
  (...changes: readonly Change[]): Change =>
  (evidence) =>
    changes.reduce((changed, change) => change(changed), evidence);

/** What is made to disagree, and the sentences that must say so: no more and no fewer. */
const disagreements: readonly (readonly [string, Change, readonly RegExp[]])[] = [
  ['a count of the operation', counted({ unchanged: 2 }), [/counts 2 as unchanged, and 1 are listed/]],
  ['an outcome that is listed and not counted', counted({ failed: 0 }), [/counts 0 as failed, and 1 are listed/]],
  [
    'the number of references',
    (evidence) => ({ ...evidence, operation: { ...evidence.operation, references: 8 } }),
    [/8 references, and 7 items/],
  ],
  [
    'another reference than was sent',
    (evidence) => ({ ...evidence, asked: evidence.asked?.with(2, 'other@contoso.com') }),
    [/other@contoso\.com was sent at position 2, and ready@contoso\.com/],
  ],
  [
    'a reference that is not listed',
    (evidence) => ({ ...evidence, asked: [...(evidence.asked ?? []), 'late@contoso.com'] }),
    [/late@contoso\.com was sent at position 7, and nothing/],
  ],
  [
    'a reference without an outcome',
    all(listed('ready@contoso.com', { outcome: 'pending', detail: null }), counted({ unchanged: 0, pending: 1 })),
    [/ready@contoso\.com has no outcome/],
  ],
  [
    'a user with two outcomes',
    all(
      listed('PLAIN@contoso.com', { outcome: 'applied', detail: agreement().items[0]?.detail }),
      counted({ applied: 3, duplicate: 1 }),
    ),
    [/plain has 2 outcomes of its own: applied, applied/],
  ],
  [
    'a repetition of nothing',
    all(listed('ready@contoso.com', { outcome: 'duplicate' }), counted({ unchanged: 0, duplicate: 3 })),
    [/ready has 0 outcomes of its own/],
  ],
  [
    'an applied change that was never written',
    all(
      inLedger((ledger) => ledger.filter(({ userId }) => userId !== 'plain')),
      inBothTables(altered('plain', { from: undefined, requestId: undefined })),
    ),
    [/plain is reported as applied and was written 0 times/],
  ],
  [
    'an applied change that was written twice',
    inLedger((ledger) => [...ledger, write(4, 'plain', { requestId: 'request-1' })]),
    [/plain is reported as applied and was written 2 times/],
  ],
  [
    'an applied change that Graph never acknowledged',
    inLedger((ledger) => ledger.map((one) => (one.userId === 'plain' ? { ...one, acknowledged: false } : one))),
    [/plain .* never acknowledged/],
  ],
  [
    'a write to another state',
    inLedger((ledger) => ledger.map((one) => (one.userId === 'plain' ? { ...one, to: 'enforced' as const } : one))),
    [/plain was to become enabled and was written as enforced/],
  ],
  [
    'a write that changed nothing',
    all(
      inLedger((ledger) => ledger.map((one) => (one.userId === 'plain' ? { ...one, from: 'enabled' as const } : one))),
      atFirst('plain', 'enabled'),
      listed('plain@contoso.com', {
        detail: {
          decidedDateTime: agreement().items[0]?.detail?.decidedDateTime as string,
          from: 'enabled',
          to: 'enabled',
        },
      }),
      inBothTables(altered('plain', { from: 'enabled' })),
    ),
    [/plain was written although already enabled/],
  ],
  [
    'a change past the service on top of an applied one',
    inLedger((ledger) => [...ledger, write(4, 'plain', { from: 'enabled', appliedBy: 'control' })]),
    [/plain was changed past the service/],
  ],
  [
    'an untrue from-state of an item',
    listed('plain@contoso.com', {
      detail: {
        decidedDateTime: agreement().items[0]?.detail?.decidedDateTime as string,
        from: 'enforced',
        to: 'enabled',
      },
    }),
    [/plain is reported as enforced before, and was disabled/],
  ],
  [
    'an untrue to-state of an item',
    listed('plain@contoso.com', {
      detail: {
        decidedDateTime: agreement().items[0]?.detail?.decidedDateTime as string,
        from: 'disabled',
        to: 'enforced',
      },
    }),
    [/plain is reported as changed to enforced instead of enabled/],
  ],
  [
    'a first state that the ledger does not know',
    atFirst('plain', 'enforced'),
    [/plain was enforced at first, and disabled/],
  ],
  [
    'the final state of an applied user',
    inTheEnd('plain', 'disabled'),
    [/plain should be enabled in the end and is disabled/],
  ],
  [
    'a user who is enforced without a promotion by Entra',
    inLedger((ledger) => ledger.filter(({ appliedBy }) => appliedBy === 'client')),
    [/eager should be enabled in the end and is enforced/],
  ],
  [
    'a promotion that did not last',
    inTheEnd('eager', 'enabled'),
    [/eager should be enforced in the end and is enabled/],
  ],
  [
    'an unchanged user who changed',
    inTheEnd('ready', 'enforced'),
    [/ready, reported as unchanged, was enabled and is enforced/],
  ],
  [
    'an unchanged user who was not in the target state',
    all(atFirst('ready', 'disabled'), inTheEnd('ready', 'disabled')),
    [/ready, reported as unchanged, was not enabled but disabled/],
  ],
  [
    'a write on an unchanged user',
    inLedger((ledger) => [...ledger, write(4, 'ready')]),
    [/ready, reported as unchanged, was written 1 times/],
  ],
  [
    'a refused user who changed',
    inTheEnd('guarded', 'enabled'),
    [/guarded, reported as refused, was disabled and is enabled/],
  ],
  [
    'a write on a refused user',
    inLedger((ledger) => [...ledger, write(4, 'guarded')]),
    [/guarded, reported as refused, was written/],
  ],
  [
    'a write on somebody who could not be found',
    inLedger((ledger) => [...ledger, write(4, 'nobody@contoso.com')]),
    [/nobody.*, reported as failed, was written/],
  ],
  [
    'somebody outside the list who changed',
    inTheEnd('outsider', 'enabled'),
    [/outsider, not on the list, was disabled and is enabled/],
  ],
  [
    'a write on somebody outside the list',
    inLedger((ledger) => [...ledger, write(4, 'outsider')]),
    [/outsider, not on the list, was written/],
  ],
  [
    'somebody who is gone',
    (evidence) => ({ ...evidence, after: new Map([...evidence.after].filter(([user]) => user !== 'outsider')) }),
    [/outsider, not on the list, was disabled and is undefined/],
  ],
  [
    'an applied change that is not in the table audit',
    inTable('audit', without('plain')),
    [/^audit: plain is applied and has 0 entries stateChanged/],
  ],
  [
    'an applied change that is not in the table auditByTime',
    inTable('auditByTime', without('plain')),
    [/^auditByTime: plain is applied and has 0 entries/],
  ],
  [
    'an applied change with two entries',
    inTable('audit', twice('plain')),
    [/^audit: plain is applied and has 2 entries/],
  ],
  [
    'a refusal without an entry',
    inTable('audit', without('guarded')),
    [/^audit: guarded is refused and has 0 entries stateChangeRefused/],
  ],
  [
    'a refusal with two entries',
    inTable('auditByTime', twice('guarded')),
    [/^auditByTime: guarded is refused and has 2 entries/],
  ],
  [
    'a failure without an entry',
    inTable('audit', without('nobody@contoso.com')),
    [/^audit: nobody.* is failed and has 0 entries/],
  ],
  [
    'an entry of a change that was refused',
    inBothTables((entries) => [...entries, { ...(entries[0] as AuditEntry), userId: 'guarded', requestId: undefined }]),
    [/^audit: guarded is refused and has an entry stateChanged/, /^auditByTime: guarded is refused and has an entry/],
  ],
  [
    'an entry of a user who is unchanged',
    inTable('audit', (entries) => [...entries, { ...(entries[0] as AuditEntry), userId: 'ready' }]),
    [/^audit: ready is unchanged and has an entry stateChanged/],
  ],
  [
    'an entry of somebody who is not on the list',
    inTable('auditByTime', (entries) => [...entries, { ...(entries[0] as AuditEntry), userId: 'outsider' }]),
    [/^auditByTime: outsider is not on the list and has an entry stateChanged/],
  ],
  [
    'an untrue from-state of an entry',
    inBothTables(altered('plain', { from: 'enforced' })),
    [
      /^audit: plain has an entry from enforced, and the ledger shows disabled/,
      /^auditByTime: plain has an entry from/,
    ],
  ],
  [
    'an entry with the request of another write',
    inBothTables(altered('plain', { requestId: 'request-2' })),
    [/^audit: plain has an entry with request request-2/, /^auditByTime: plain has an entry with request request-2/],
  ],
  [
    'an entry to another state, of another operation, time, reason and code',
    inBothTables(
      altered('guarded', { to: 'enforced', operationId: 'op-2', at: 'later', reason: 'else', code: 'weaken' }),
    ),
    ['audit', 'auditByTime'].flatMap((table) => [
      new RegExp(`^${table}: guarded has an entry of another operation`),
      new RegExp(`^${table}: guarded has an entry to enforced instead of enabled`),
      new RegExp(`^${table}: guarded has an entry with another reason`),
      new RegExp(`^${table}: guarded has an entry of later`),
      new RegExp(`^${table}: guarded has an entry with code weaken`),
    ]),
  ],
  [
    'an entry that differs between the tables',
    inTable('audit', altered('guarded', { message: 'another message' })),
    [/^auditByTime: guarded has another entry than in the table audit/],
  ],
];

describe('findMismatches', () => {
  it('finds nothing where all sides agree', () => {
    expect(findMismatches(agreement())).toEqual([]);
  });

  it('does without the list that was sent', () => {
    expect(findMismatches({ ...agreement(), asked: undefined })).toEqual([]);
  });

  it.each(disagreements)('finds %s', (_what, change, sentences) => {
    const found = findMismatches(change(agreement()));
    expect(found).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
  });
});
