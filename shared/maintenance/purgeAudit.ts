import { entryKey, laneOfEntry } from '../audit/entry.ts';
import { readEntryRowOrSkip } from '../audit/entryRow.ts';
import { removeFromIndex } from '../audit/indexRows.ts';
import { removeNotes } from '../audit/outOfOrder.ts';
import { groupBy } from '../groupBy.ts';
import { removeRows } from '../tables/remove.ts';
import { readPartitionPages } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

/** Rows of `auditByTime` that are removed together, with their entries in `audit` and their copies in `auditIndex`. */
const ROWS_AT_ONCE = 100;

export interface PurgeAuditSummary {
  /** Entries that were removed. */
  readonly purged: number;
  /** Rows of `auditByTime` that cannot be read, which were left out. */
  readonly unreadable: number;
}

/**
 * Removes the audit entries of days that ended before a time, from all three tables. The rows of `auditByTime` are removed
 * last, because they list the rows of `audit` and `auditIndex` to remove.
 * @param before milliseconds since 1970
 * @param deadline when to stop, in milliseconds since 1970
 */
export async function purgeAudit(
  before: number,
  deadline: number,
  { open, now }: { readonly open: OpenTable; readonly now: () => number },
): Promise<PurgeAuditSummary> {
  const [byTime, byUser, index] = await Promise.all([open('auditByTime'), open('audit'), open('auditIndex')]);
  const firstKept = new Date(before).toISOString().slice(0, 10);
  const summary = { purged: 0, unreadable: 0 };
  for await (const page of readPartitionPages(byTime, { after: '', to: firstKept }, ROWS_AT_ONCE)) {
    if (now() > deadline) break;
    const rows = page.flatMap((row) => {
      const read = readEntryRowOrSkip(row);
      return read === undefined ? [] : { row, read };
    });
    const entries = rows.flatMap(({ read }) => read.members.map(([, entry]) => entry));
    await removeFromIndex(
      index,
      rows.map(({ read }) => read),
    );
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
  await removeNotes(index, before);
  return summary;
}
