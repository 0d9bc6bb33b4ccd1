import type { ItemReport } from '../../local/demo/api.ts';
import type { LedgerEntry } from '../../local/graph/ledger.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { groupBy } from '../../shared/groupBy.ts';
import { type Change, changesOf } from './changes.ts';
import type { Disagreement } from './disagreement.ts';
import type { Evidence } from './evidence.ts';

/** The event that records an outcome. The other outcomes change nothing and deny nothing, so they have none. */
const EVENTS: Readonly<Record<string, AuditEntry['event']>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
};

/** The audit record against the outcomes, the ledger, and itself. */
export function* judgeAudit(evidence: Evidence): Generator<Disagreement> {
  const cases = casesOf(evidence);
  for (const one of cases.values()) {
    yield* judgeMissing(one);
    yield* judgeDuplicates(one);
    for (const entry of one.entries) yield* judgeEntry(entry, one);
  }
  yield* compareTables(evidence);
}

/** All that concerns one user (or name that is nobody's) in one operation. */
interface Case {
  readonly operationId: string;
  readonly userId: string | null;
  readonly who: string;
  readonly isKnown: boolean;
  readonly dryRun: boolean;
  readonly item: ItemReport | undefined;
  readonly entries: readonly AuditEntry[];
  readonly change: Change | undefined;
  /** What happened to the user, by whomever. */
  readonly history: readonly LedgerEntry[];
}

function casesOf({ operations, ledger, audit }: Evidence): Map<string, Case> {
  const known = new Map(operations.flatMap(({ id, known }) => (known === undefined ? [] : [[id, known] as const])));
  const items = new Map<string, ItemReport>();
  for (const [id, { items: listed }] of known)
    for (const item of listed) if (item.outcome !== 'duplicate') items.set(keyOf(id, item), item);
  const histories = groupBy(ledger, ({ userId }) => userId);
  const changes = new Map<string, Change>();
  for (const history of histories.values())
    for (const change of changesOf(history, (id) => known.get(id)?.targetState))
      changes.set(`${change.operationId} ${change.userId}`, change);
  const entries = groupBy(audit.byUser.filter(isOfOperation), (entry) => keyOf(entry.operationId, entry));

  const cases = new Map<string, Case>();
  for (const key of new Set([...items.keys(), ...changes.keys(), ...entries.keys()])) {
    const [operationId, who] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
    const item = items.get(key);
    const found = entries.get(key) ?? [];
    const change = changes.get(key);
    const userId = item?.userId ?? change?.userId ?? found[0]?.userId ?? null;
    cases.set(key, {
      operationId,
      userId,
      who,
      isKnown: known.has(operationId),
      dryRun: known.get(operationId)?.dryRun ?? false,
      item,
      entries: found,
      change,
      history: userId === null ? [] : (histories.get(userId) ?? []),
    });
  }
  return cases;
}

/** Entries of no operation tell what was found out about users, not what was done to them. */
function isOfOperation(entry: AuditEntry): entry is AuditEntry & { readonly operationId: string } {
  return entry.operationId !== null;
}

function keyOf(operationId: string, about: { readonly userId: string | null; readonly reference: string }): string {
  return `${operationId} ${about.userId ?? about.reference.toLowerCase()}`;
}

function disagree(kind: Disagreement['kind'], { operationId, userId, who }: Case, what: string): Disagreement {
  return { kind, operationId, ...(userId === null ? {} : { userId }), what: `${who} in ${operationId}: ${what}` };
}

function* judgeMissing(one: Case): Generator<Disagreement> {
  const { item, entries, change, dryRun, isKnown } = one;
  const has = (event: AuditEntry['event']): boolean => entries.some((entry) => entry.event === event);
  const event = dryRun ? undefined : EVENTS[item?.outcome ?? ''];
  if (event !== undefined && !has(event))
    yield disagree('auditMissing', one, `is ${item?.outcome}, and has no entry ${event}.`);
  if (change === undefined) return;
  if (!isKnown) yield disagree('auditMissing', one, 'was written for an operation that nobody knows.');
  if (change.from.length > 0 && event !== 'stateChanged' && !has('stateChanged'))
    yield disagree('auditMissing', one, `went from ${change.from[0]} to ${change.to}, and has no entry of it.`);
  if (change.cameLate && !has('stateRestored'))
    yield disagree('auditMissing', one, 'was written over a newer change, and has no entry stateRestored.');
  for (const { to, changed } of change.restored)
    if (changed && !entries.some((entry) => entry.event === 'stateRestored' && entry.to === to))
      yield disagree('auditMissing', one, `was set back to ${to}, and has no entry of it.`);
}

function* judgeDuplicates(one: Case): Generator<Disagreement> {
  // A state may have to be restored more than once; no outcome has two entries.
  const ofOutcomes = one.entries.filter(({ event }) => event !== 'stateRestored');
  for (const extra of ofOutcomes.slice(1))
    yield disagree('auditDuplicate', one, `has another entry, ${extra.event} of ${extra.at}.`);
}

function* judgeEntry(entry: AuditEntry, one: Case): Generator<Disagreement> {
  const { item, change, history } = one;
  if (entry.event === 'stateRestored') {
    if (!change?.restored.some(({ to }) => to === entry.to))
      yield disagree('auditFalse', one, `is said to be restored to ${entry.to}, which was never written.`);
    return;
  }
  if (EVENTS[item?.outcome ?? ''] !== entry.event)
    yield disagree('auditFalse', one, `is ${item?.outcome ?? 'no item'}, and has an entry ${entry.event}.`);
  if (entry.event !== 'stateChanged') return;
  const from = change?.to === entry.to ? change.from : [];
  if (from.some((state) => state === entry.from) || wasFirst(history, entry)) return;
  const truth =
    from.length > 0 ? `and was ${from.join(' or ')}` : 'which was never written, or when it was there already';
  yield disagree('auditFalse', one, `is said to be changed from ${entry.from} to ${entry.to}, ${truth}.`);
}

/**
 * Entra enforced an enabled user just when the operation, which had laid its claim, was to do so: nobody can tell from
 * the outside who it was.
 */
function wasFirst(history: readonly LedgerEntry[], entry: AuditEntry): boolean {
  return (
    entry.from === 'enabled' && entry.to === 'enforced' && history.some(({ appliedBy: author }) => author === 'entra')
  );
}

/** Both tables hold the same entries. */
function* compareTables({ audit }: Evidence): Generator<Disagreement> {
  const byUser = groupBy(audit.byUser.filter(isOfOperation), identity);
  const byTime = groupBy(audit.byTime.filter(isOfOperation), identity);
  for (const key of new Set([...byUser.keys(), ...byTime.keys()])) {
    const [entry] = byUser.get(key) ?? byTime.get(key) ?? [];
    if (entry === undefined) continue;
    const { operationId, event, reference } = entry;
    const about = { operationId, ...(entry.userId === null ? {} : { userId: entry.userId }) };
    const found = [byUser.get(key)?.length ?? 0, byTime.get(key)?.length ?? 0] as const;
    const where = `${reference} in ${operationId}: the entry ${event} of ${entry.at} is ${found[0]} times in the table audit, and ${found[1]} times in auditByTime.`;
    if (found[0] === 0 || found[1] === 0) yield { kind: 'auditMissing', ...about, what: where };
    else if (found[0] > 1 || found[1] > 1) yield { kind: 'auditDuplicate', ...about, what: where };
  }
}

function identity(entry: AuditEntry): string {
  return JSON.stringify(entry, Object.keys(entry).sort());
}
