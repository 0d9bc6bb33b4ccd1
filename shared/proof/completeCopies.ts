import type { AuditStore } from '../audit/auditStore.ts';
import { type AuditEntry, entryKey, laneOfEntry } from '../audit/entry.ts';
import { groupBy } from '../groupBy.ts';
import { readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

/**
 * Stores the copies by user of a row's entries if a process ended before it stored them. The copies of a lane are stored
 * in order or all at once, so the last one shows whether all are there.
 */
export async function completeCopies(
  entries: readonly AuditEntry[],
  { open, audit }: { readonly open: OpenTable; readonly audit: Pick<AuditStore, 'copyByUser'> },
): Promise<void> {
  const table = await open('audit');
  for (const [lane, members] of groupBy(entries, laneOfEntry)) {
    const last = members.at(-1);
    if (last !== undefined && (await readRow(table, lane, entryKey(last))) === undefined)
      await audit.copyByUser(members);
  }
}
