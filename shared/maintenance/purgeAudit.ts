import { type AuditEntry, auditEntrySchema, entryKey, laneOfEntry } from '../audit/entry.ts';
import { groupBy } from '../groupBy.ts';
import { isUnreadable } from '../tables/failures.ts';
import { removeRows } from '../tables/remove.ts';
import { readPartitionPages, type StoredRow } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';

/** Rows of `auditByTime` that are removed together, with their entries in `audit`. */
const ROWS_AT_ONCE = 100;

export interface PurgeAuditSummary {
  /** Entries that were removed. */
  readonly purged: number;
  /** Rows of `auditByTime` that cannot be read, which were left out. */
  readonly unreadable: number;
}

/**
 * Removes the audit entries of days that ended before a time, from both tables. The rows of `auditByTime` are removed
 * last, because they list the rows of `audit` to remove.
 * @param before milliseconds since 1970
 * @param deadline when to stop, in milliseconds since 1970
 */
export async function purgeAudit(
  before: number,
  deadline: number,
  { open, now }: { readonly open: OpenTable; readonly now: () => number },
): Promise<PurgeAuditSummary> {
  const [byTime, byUser] = await Promise.all([open('auditByTime'), open('audit')]);
  const firstKept = new Date(before).toISOString().slice(0, 10);
  const summary = { purged: 0, unreadable: 0 };
  for await (const page of readPartitionPages(byTime, { after: '', to: firstKept }, ROWS_AT_ONCE)) {
    if (now() > deadline) break;
    const rows = page.flatMap((row) => {
      const entries = entriesOf(row);
      return entries === undefined ? [] : { row, entries };
    });
    const entries = rows.flatMap((one) => one.entries);
    for (const [lane, members] of groupBy(entries, laneOfEntry))
      await removeRows(byUser, lane, [...new Set(members.map(entryKey))]);
    for (const [day, members] of groupBy(rows, ({ row }) => String(row.partitionKey)))
      await removeRows(
        byTime,
        day,
        members.map(({ row }) => row.rowKey),
      );
    summary.purged += entries.length;
    summary.unreadable += page.length - rows.length;
  }
  return summary;
}

/** The entries of a row; undefined when it cannot be read. */
function entriesOf(row: StoredRow): AuditEntry[] | undefined {
  try {
    return auditEntrySchema.array().parse(fromSplitText('entries', row));
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
