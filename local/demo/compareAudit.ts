import { isDeepStrictEqual } from 'node:util';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { ItemReport } from './api.ts';
import { type AuditTable, type Evidence, groupBy, keyOf, subjectsOf } from './evidence.ts';

/** The event that records an outcome. The other outcomes change nothing and deny nothing, so they have none. */
const EVENTS: Readonly<Record<string, AuditEntry['event']>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
};

/** The entries of one audit table against the outcomes, the ledger and the other table. */
export function* compareAudit(evidence: Evidence, table: AuditTable): Generator<string> {
  const subjects = subjectsOf(evidence.items);
  const entries = groupBy(evidence.audit[table], keyOf);
  const elsewhere = groupBy(evidence.audit[table === 'audit' ? 'auditByTime' : 'audit'], keyOf);
  const writes = new Map(
    evidence.ledger.filter(({ appliedBy }) => appliedBy === 'client').map((write) => [write.userId, write]),
  );
  for (const key of new Set([...subjects.keys(), ...entries.keys()])) {
    const item = subjects.get(key)?.item;
    const event = EVENTS[item?.outcome ?? ''];
    const found = entries.get(key) ?? [];
    const right = found.filter((entry) => entry.event === event);
    const [entry] = right;
    if (event !== undefined && right.length !== 1)
      yield `${table}: ${key} is ${item?.outcome} and has ${right.length} entries ${event}.`;
    for (const other of found.filter((one) => one.event !== event))
      yield `${table}: ${key} is ${item?.outcome ?? 'not on the list'} and has an entry ${other.event}.`;
    if (item === undefined || entry === undefined) continue;
    for (const what of differences(evidence, item, entry, writes.get(key))) yield `${table}: ${key} ${what}`;
    // Said once, where an entry is in both.
    const twin = elsewhere.get(key)?.find((one) => one.event === event);
    if (table === 'auditByTime' && twin !== undefined && !isDeepStrictEqual(entry, twin))
      yield `${table}: ${key} has another entry than in the table audit.`;
  }
}

function* differences(
  { operation, target }: Evidence,
  { outcome, detail }: ItemReport,
  entry: AuditEntry,
  write: LedgerEntry | undefined,
): Generator<string> {
  if (entry.operationId !== operation.id) yield 'has an entry of another operation.';
  if (entry.to !== target) yield `has an entry to ${entry.to} instead of ${target}.`;
  if (entry.reason !== operation.reason) yield 'has an entry with another reason.';
  if (outcome === 'applied' && entry.from !== write?.from)
    yield `has an entry from ${entry.from}, and the ledger shows ${write?.from}.`;
  if (entry.requestId !== undefined && entry.requestId !== write?.requestId)
    yield `has an entry with request ${entry.requestId}, and the ledger shows ${write?.requestId}.`;
  if (entry.at !== detail?.decidedDateTime)
    yield `has an entry of ${entry.at}, and its outcome is of ${detail?.decidedDateTime}.`;
  if (entry.code !== detail?.code) yield `has an entry with code ${entry.code}, and its outcome has ${detail?.code}.`;
}
