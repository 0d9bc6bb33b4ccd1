import { isDeepStrictEqual } from 'node:util';
import { type AuditEntry, entryKey } from '../../shared/audit/entry.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { Evidence } from './evidence.ts';
import type { FindingKind, Violation } from './finding.ts';

/** Rules about the two tables that hold the audit record. */
export const auditTableRules = { entriesAreInBothTables, entriesAreInATableOnce, entriesAreTheSameInBothTables };

function* entriesAreInBothTables({ audit }: Evidence): Generator<Violation> {
  for (const { entry, byUser, byTime } of pairsOf(audit)) {
    if (byUser.length === 0) yield violationOf('auditMissing', entry, 'is in auditByTime, and not in the table audit.');
    if (byTime.length === 0) yield violationOf('auditMissing', entry, 'is in the table audit, and not in auditByTime.');
  }
}

function* entriesAreInATableOnce({ audit }: Evidence): Generator<Violation> {
  for (const { entry, byUser, byTime } of pairsOf(audit)) {
    if (byUser.length > 1) yield violationOf('auditDuplicate', entry, `is ${byUser.length} times in the table audit.`);
    if (byTime.length > 1) yield violationOf('auditDuplicate', entry, `is ${byTime.length} times in auditByTime.`);
  }
}

function* entriesAreTheSameInBothTables({ audit }: Evidence): Generator<Violation> {
  for (const { entry, byUser, byTime } of pairsOf(audit)) {
    const [one, other] = [byUser[0], byTime[0]];
    if (one !== undefined && other !== undefined && !isDeepStrictEqual(one, other))
      yield violationOf('auditFalse', entry, 'says something else in auditByTime than in the table audit.');
  }
}

interface Pair {
  readonly entry: AuditEntry;
  readonly byUser: readonly AuditEntry[];
  readonly byTime: readonly AuditEntry[];
}

function pairsOf({ audit, auditByTime }: Evidence['audit']): Pair[] {
  const byUser = groupBy(audit, entryKey);
  const byTime = groupBy(auditByTime, entryKey);
  return [...new Set([...byUser.keys(), ...byTime.keys()])].flatMap((key) => {
    const pair = { byUser: byUser.get(key) ?? [], byTime: byTime.get(key) ?? [] };
    return [...pair.byUser, ...pair.byTime].slice(0, 1).map((entry) => ({ entry, ...pair }));
  });
}

function violationOf(kind: FindingKind, entry: AuditEntry, what: string): Violation {
  const { event, at, userId, reference } = entry;
  const operationId = entry.operationId ?? undefined;
  const about = { ...(operationId === undefined ? {} : { operationId }), ...(userId === null ? {} : { userId }) };
  const where = operationId === undefined ? '' : ` in ${operationId}`;
  return { kind, ...about, what: `${userId ?? reference}${where}: the entry ${event} of ${at} ${what}` };
}
