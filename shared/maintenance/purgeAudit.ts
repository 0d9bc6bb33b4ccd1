import { auditEntrySchema, entryKey, laneOfEntry } from '../audit/entry.ts';
import { groupBy } from '../groupBy.ts';
import { removeRows } from '../tables/remove.ts';
import { readPartitions } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';

/** Rows by time that are removed at a time, with the entries in them. */
const ROWS_AT_ONCE = 100;

/**
 * Removes audit entries of days that ended before a time, from both tables. Rows by time go last, for they tell which
 * rows by user there are.
 * @param before milliseconds since 1970
 * @param deadline when to stop, in milliseconds since 1970
 * @returns how many entries were removed
 */
export async function purgeAudit(
  before: number,
  deadline: number,
  { open, now }: { readonly open: OpenTable; readonly now: () => number },
): Promise<number> {
  const [byTime, byUser] = await Promise.all([open('auditByTime'), open('audit')]);
  const firstKept = new Date(before).toISOString().slice(0, 10);
  let purged = 0;
  while (now() <= deadline) {
    const rows = await readPartitions(byTime, { after: '', to: firstKept }, ROWS_AT_ONCE);
    if (rows.length === 0) break;
    const entries = rows.flatMap((row) => auditEntrySchema.array().parse(fromSplitText('entries', row)));
    for (const [lane, members] of groupBy(entries, laneOfEntry))
      await removeRows(byUser, lane, [...new Set(members.map(entryKey))]);
    for (const [day, members] of groupBy(rows, (row) => row.partitionKey as string))
      await removeRows(
        byTime,
        day,
        members.map(({ rowKey }) => rowKey),
      );
    purged += entries.length;
  }
  return purged;
}
