import { isDeepStrictEqual } from 'node:util';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { ControlUser } from '../graph/control.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import { type AuditTable, groupBy } from './evidence.ts';

/** What each side says of registrations. */
export interface RegistrationEvidence {
  readonly audit: Readonly<Record<AuditTable, readonly AuditEntry[]>>;
  /** Every write since the directory was made. */
  readonly ledger: readonly LedgerEntry[];
  /** The users as they truly are in the end, after an audit that saw all of them. */
  readonly users: readonly ControlUser[];
}

const FINDINGS = ['registrationCompleted', 'enforcedByEntra', 'stuckEnabled', 'changedOutside'] as const;
type Finding = (typeof FINDINGS)[number];

/** The entries that the registration sweep made. */
export function findingsOf(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ event }) => FINDINGS.some((finding) => finding === event));
}

/** Finds every disagreement between what the registration sweep recorded and what happened in the directory. */
export function findRegistrationMismatches(evidence: RegistrationEvidence): string[] {
  return [...compareTable(evidence, 'audit'), ...compareTable(evidence, 'auditByTime'), ...compareTwins(evidence)];
}

function* compareTable({ audit, ledger, users }: RegistrationEvidence, table: AuditTable): Generator<string> {
  const entries = groupBy(findingsOf(audit[table]), ({ userId, reference }) => userId ?? reference);
  const moves = groupBy(
    ledger.filter(({ appliedBy }) => appliedBy === 'entra'),
    ({ userId }) => userId,
  );
  const promotions = promotedBy(audit[table]);
  for (const user of users) {
    const found = entries.get(user.id) ?? [];
    entries.delete(user.id);
    const expected = expectedFindings(user, moves.get(user.id)?.length ?? 0, promotions.has(user.id));
    for (const event of FINDINGS) {
      const times = found.filter((entry) => entry.event === event).length;
      if (times !== expected[event])
        yield `${table}: ${user.id} has ${times} entries ${event}, and there was reason for ${expected[event]}.`;
    }
    for (const { event, from, to } of found)
      if (event === 'enforcedByEntra' && (from !== 'enabled' || to !== 'enforced'))
        yield `${table}: ${user.id} has an entry ${event} from ${from} to ${to}.`;
  }
  for (const stranger of entries.keys()) yield `${table}: ${stranger} has entries, and is no user.`;
}

/** Who is enabled and registered in the end was recorded as both; whom Entra moved, as moved. */
function expectedFindings(user: ControlUser, moves: number, promoted: boolean): Record<Finding, number> {
  const waits = user.state === 'enabled' && user.registered;
  return {
    registrationCompleted: waits || promoted ? 1 : 0,
    enforcedByEntra: moves,
    stuckEnabled: waits ? 1 : 0,
    changedOutside: 0,
  };
}

/** Users whom the service itself moved on because they had registered. */
function promotedBy(entries: readonly AuditEntry[]): Set<string | null> {
  return new Set(
    entries
      .filter(({ event, actor }) => event === 'stateChanged' && actor.kind === 'service')
      .map(({ userId }) => userId),
  );
}

/** Each finding is in both tables, and is the same there. */
function* compareTwins({ audit }: RegistrationEvidence): Generator<string> {
  const keyOf = ({ userId, event, at }: AuditEntry): string => `${userId} ${event} ${at}`;
  const byTime = groupBy(findingsOf(audit.auditByTime), keyOf);
  for (const entry of findingsOf(audit.audit))
    if (!isDeepStrictEqual(byTime.get(keyOf(entry))?.[0], entry))
      yield `auditByTime: ${entry.userId} has another entry ${entry.event} than in the table audit, or none.`;
}
