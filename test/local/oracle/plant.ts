import { describe, expect, it } from 'vitest';
import type { ItemReport } from '../../../local/apiClient.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { AuditTable, Evidence, KnownOperation, OperationEvidence } from '../../../local/oracle/evidence.ts';
import { judge } from '../../../local/oracle/judge.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';

/** A violation that is planted, and who finds it. */
export interface Plant {
  readonly what: string;
  readonly planted: Evidence;
  /** What the rule finds, each as `kind: sentence`. */
  readonly finds: readonly RegExp[];
  /** The names of other rules that find something too. */
  readonly also?: readonly string[];
}

/** At least one plant for each rule. */
export type Plants<Rules> = Readonly<Record<keyof Rules, readonly [Plant, ...Plant[]]>>;

/** Tests that each rule, and no other rule, finds the violation that is planted for it. */
export function testRules(plants: Readonly<Record<string, readonly Plant[]>>): void {
  describe.each(Object.entries(plants))('%s', (rule, planted) => {
    it.each(planted.map((plant) => [plant.what, plant] as const))(
      'finds %s',
      (_what, { planted, finds, also = [] }) => {
        const findings = judge(planted);
        const found = findings.filter((one) => one.rule === rule).map(({ kind, what }) => `${kind}: ${what}`);
        expect(found).toEqual(finds.map((sentence) => expect.stringMatching(sentence)));
        const others = new Set(findings.map((one) => one.rule).filter((name) => name !== rule));
        expect([...others].sort()).toEqual([...also].sort());
      },
    );
  });
}

export type Change = (evidence: Evidence) => Evidence;

export function changedBy(evidence: Evidence, ...changes: readonly Change[]): Evidence {
  return changes.reduce((changed, change) => change(changed), evidence);
}

export const inOperation =
  (id: string, change: (operation: OperationEvidence) => Partial<OperationEvidence>): Change =>
  (evidence) => ({
    ...evidence,
    operations: evidence.operations.map((one) => (one.id === id ? { ...one, ...change(one) } : one)),
  });

export const inKnown = (id: string, change: (known: KnownOperation) => Partial<KnownOperation>): Change =>
  inOperation(id, ({ known }) => ({ known: known === undefined ? undefined : { ...known, ...change(known) } }));

export const inReport = (id: string, change: (report: KnownOperation['report']) => object): Change =>
  inKnown(id, ({ report }) => ({ report: { ...report, ...change(report) } }));

/** Sets counts that the operation reports. */
export const counted = (id: string, counts: Readonly<Record<string, number>>): Change =>
  inReport(id, (report) => ({ counts: { ...report.counts, ...counts } }));

/** Changes what the API lists for one reference. */
export const listed = (id: string, reference: string, change: Partial<ItemReport>): Change =>
  inKnown(id, ({ items }) => ({
    items: items.map((item) => (item.reference === reference ? { ...item, ...change } : item)),
  }));

export const inTable =
  (table: AuditTable, change: (entries: readonly AuditEntry[]) => readonly AuditEntry[]): Change =>
  (evidence) => ({ ...evidence, audit: { ...evidence.audit, [table]: change(evidence.audit[table]) } });

export const inBothTables =
  (change: (entries: readonly AuditEntry[]) => readonly AuditEntry[]): Change =>
  (evidence) =>
    changedBy(evidence, inTable('audit', change), inTable('auditByTime', change));

/** Leaves out, changes or adds entries, in both tables. */
export const withoutEntries = (isOut: (entry: AuditEntry) => boolean): Change =>
  inBothTables((entries) => entries.filter((entry) => !isOut(entry)));
export const alteredEntries = (isMeant: (entry: AuditEntry) => boolean, change: Partial<AuditEntry>): Change =>
  inBothTables((entries) => entries.map((entry) => (isMeant(entry) ? { ...entry, ...change } : entry)));
export const moreEntries = (...more: readonly AuditEntry[]): Change => inBothTables((entries) => [...entries, ...more]);

/** Whether an entry is about a user, and records that event, if one is named. */
export const about = (userId: string | null, event?: AuditEntry['event']) => (entry: AuditEntry) =>
  entry.userId === userId && (event === undefined || entry.event === event);

export const inLedger =
  (change: (ledger: readonly LedgerEntry[]) => readonly LedgerEntry[]): Change =>
  (evidence) => ({ ...evidence, ledger: change(evidence.ledger) });
export const moreWrites = (...more: readonly LedgerEntry[]): Change => inLedger((ledger) => [...ledger, ...more]);
export const alteredWrites = (userId: string, change: Partial<LedgerEntry>): Change =>
  inLedger((ledger) => ledger.map((write) => (write.userId === userId ? { ...write, ...change } : write)));

export const atFirst =
  (userId: string, state: MfaState): Change =>
  (evidence) => ({ ...evidence, before: new Map(evidence.before).set(userId, state) });
export const inTheEnd =
  (userId: string, state: MfaState): Change =>
  (evidence) => ({ ...evidence, after: new Map(evidence.after).set(userId, state) });
