import { type AuditEntry, isDecision } from '../../shared/audit/entry.ts';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { ItemReport } from '../apiClient.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import { type Change, changesOf } from './changes.ts';
import { type Evidence, isOriginal, type KnownOperation, subjectOf } from './evidence.ts';
import type { FindingKind, Violation } from './finding.ts';

/** The evidence about one user, or one unknown name, in one operation. */
export interface Case {
  readonly operationId: string;
  readonly userId: string | null;
  /** The object id, or the name in lower case. */
  readonly subject: string;
  /** Undefined for an unknown operation. */
  readonly operation: KnownOperation | undefined;
  /** The item that has the outcome. */
  readonly item: ItemReport | undefined;
  /** Entries of the table `audit`. */
  readonly entries: readonly AuditEntry[];
  /** The effect of the operation, according to the ledger. */
  readonly change: Change | undefined;
  /** The user's first state; undefined for an unknown name. */
  readonly before: MfaState | undefined;
  /** All changes of the user, by any writer. */
  readonly history: readonly LedgerEntry[];
  readonly faultFree: boolean;
}

/** Sorts the evidence by operation and user. Whatever an item, an entry or a write is about has a case. */
export function casesOf({ operations, ledger, audit, before, faultFree, causes }: Evidence): Case[] {
  const known = new Map(operations.flatMap(({ id, known }) => (known === undefined ? [] : [[id, known] as const])));
  const items = new Map<string, ItemReport>();
  for (const [id, { items: listed }] of known)
    for (const item of listed) if (isOriginal(item)) items.set(keyOf(id, subjectOf(item)), item);
  const histories = groupBy(ledger, ({ userId }) => userId);
  const changes = new Map<string, Change>();
  for (const history of histories.values())
    for (const change of changesOf(history, (id) => known.get(id)?.targetState, !faultFree, causes?.readAgeMs))
      changes.set(keyOf(change.operationId, change.userId), change);
  const entries = groupBy(audit.audit.filter(isOfOperation), (entry) => keyOf(entry.operationId, subjectOf(entry)));

  return [...new Set([...items.keys(), ...changes.keys(), ...entries.keys()])].map((key): Case => {
    const [operationId, subject] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
    const item = items.get(key);
    const found = entries.get(key) ?? [];
    const change = changes.get(key);
    const userId = item?.userId ?? change?.userId ?? found[0]?.userId ?? null;
    return {
      operationId,
      userId,
      subject,
      operation: known.get(operationId),
      item,
      entries: found,
      change,
      before: userId === null ? undefined : before.get(userId),
      history: userId === null ? [] : (histories.get(userId) ?? []),
      faultFree,
    };
  });
}

/**
 * Entries of no operation tell what was found out about users, not what was done to them. Decisions are about no user.
 */
export function isOfOperation(entry: AuditEntry): entry is AuditEntry & { readonly operationId: string } {
  return entry.operationId !== null && !isDecision(entry);
}

/** A violation that is about a case. */
export function violationOf(kind: FindingKind, { operationId, userId, subject }: Case, what: string): Violation {
  return { kind, operationId, ...(userId === null ? {} : { userId }), what: `${subject} in ${operationId}: ${what}` };
}

function keyOf(operationId: string, subject: string): string {
  return `${operationId} ${subject}`;
}
