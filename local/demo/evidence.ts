import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { ItemReport, OperationReport } from './api.ts';

/** What each side says about one operation, which is all that happened: API, audit record and directory. */
export interface Evidence {
  /** What was sent, where that is known: not for a file of the user's own. */
  readonly asked?: readonly string[];
  readonly target: MfaState;
  readonly operation: OperationReport;
  readonly items: readonly ItemReport[];
  /** The entries of both audit tables. */
  readonly audit: Readonly<Record<AuditTable, readonly AuditEntry[]>>;
  /** Every write that the simulator carried out, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** States by object id, as they truly were before the operation and after it. */
  readonly before: ReadonlyMap<string, MfaState>;
  readonly after: ReadonlyMap<string, MfaState>;
}

export type AuditTable = 'audit' | 'auditByTime';

/** One user, or one name that is nobody's, and what the API says became of them. */
export interface Subject {
  /** The object id, or the name in lower case. */
  readonly key: string;
  /** The reference that has the outcome. Repetitions of it have none of their own. */
  readonly item: ItemReport | undefined;
}

/** What outcomes and entries are about: the same for all spellings of one user. */
export function keyOf({ userId, reference }: { readonly userId: string | null; readonly reference: string }): string {
  return userId ?? reference.toLowerCase();
}

/** The items by what they are about. */
export function itemsByKey(items: readonly ItemReport[]): Map<string, ItemReport[]> {
  return groupBy(items, keyOf);
}

/** Lists of what has the same key, in order. */
export function groupBy<T>(list: readonly T[], key: (element: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const element of list) {
    const group = groups.get(key(element));
    if (group === undefined) groups.set(key(element), [element]);
    else group.push(element);
  }
  return groups;
}

/** The reference that has the outcome, for each user or name. */
export function subjectsOf(items: readonly ItemReport[]): Map<string, Subject> {
  return new Map([...itemsByKey(items)].map(([key, members]) => [key, { key, item: members.find(isOriginal) }]));
}

/** True unless the reference repeats another one. */
export function isOriginal({ outcome }: ItemReport): boolean {
  return outcome !== 'duplicate';
}
