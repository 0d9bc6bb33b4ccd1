import type { TableClient } from '@azure/data-tables';
import type { AuditStore } from '../audit/auditStore.ts';
import { entryKey, laneOfEntry, PURGE_ID } from '../audit/entry.ts';
import { readEntryRowOrSkip } from '../audit/entryRow.ts';
import { removeFromIndex, removeNames } from '../audit/indexRows.ts';
import { removeNotes } from '../audit/outOfOrder.ts';
import { entriesOfRow } from '../audit/storedEntries.ts';
import { laneOf } from '../domain/lane.ts';
import { groupBy } from '../groupBy.ts';
import { removeRows } from '../tables/remove.ts';
import { readPage, readPartitionPages } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

/** Rows of `auditByTime` that are removed together, with their entries in `audit` and their copies in `auditIndex`. */
const ROWS_AT_ONCE = 100;
/** Rows that are counted before they are removed. Days are removed as a whole, so the last one may have more. */
const ROWS_COUNTED = 5_000;

export interface PurgeAuditSummary {
  /** Entries that were removed. */
  readonly purged: number;
  /** Rows of `auditByTime` that cannot be read, which were left out. */
  readonly unreadable: number;
}

export interface PurgeAuditDependencies {
  readonly open: OpenTable;
  readonly audit: Pick<AuditStore, 'recordEach'>;
  readonly now: () => number;
}

/**
 * Removes the audit entries of days that ended before a time, from all three tables. The rows of `auditByTime` are removed
 * last, because they list the rows of `audit` and `auditIndex` to remove. An entry says first which days are removed, and
 * how many entries: so a verification of the record can tell this from rows that were removed otherwise.
 * @param before milliseconds since 1970
 * @param reason the setting that asks for it
 * @param deadline when to stop, in milliseconds since 1970
 */
export async function purgeAudit(
  before: number,
  reason: string,
  deadline: number,
  deps: PurgeAuditDependencies,
): Promise<PurgeAuditSummary> {
  const firstKept = new Date(before).toISOString().slice(0, 10);
  const summary = { purged: 0, unreadable: 0 };
  const byTime = await deps.open('auditByTime');
  for (let after = ''; deps.now() <= deadline; ) {
    const days = await countDays(byTime, after, firstKept);
    if (days === undefined) break;
    await announce(days, reason, deps);
    const removed = await removeDays(after, days.last, deadline, deps);
    summary.purged += removed.purged;
    summary.unreadable += removed.unreadable;
    after = days.last;
  }
  await removeNotes(await deps.open('auditIndex'), before);
  return summary;
}

interface CountedDays {
  /** The last of the days. */
  readonly last: string;
  readonly entries: number;
}

/** Some days with entries after one and before another; undefined when there are none. */
async function countDays(byTime: TableClient, after: string, firstKept: string): Promise<CountedDays | undefined> {
  let counted: CountedDays | undefined;
  let rows = 0;
  for await (const page of readPartitionPages(byTime, { after, to: firstKept }, ROWS_AT_ONCE))
    for (const row of page) {
      const day = String(row.partitionKey);
      if (rows >= ROWS_COUNTED && day !== counted?.last) return counted;
      rows++;
      counted = { last: day, entries: (counted?.entries ?? 0) + (entriesOfRow(row)?.length ?? 0) };
    }
  return counted;
}

/** Records that days are removed, unless only rows are left that cannot be read and stay. */
async function announce({ last, entries }: CountedDays, reason: string, deps: PurgeAuditDependencies): Promise<void> {
  if (entries === 0) return;
  await deps.audit.recordEach([
    {
      event: 'auditPurged',
      userId: null,
      reference: '',
      operationId: null,
      actor: { kind: 'service', id: 'per-user-mfa', name: 'retention of the audit record' },
      reason,
      acceptedAt: null,
      at: new Date(deps.now()).toISOString(),
      id: PURGE_ID,
      purgedThrough: last,
      purgedEntries: entries,
    },
  ]);
}

async function removeDays(
  after: string,
  last: string,
  deadline: number,
  { open, now }: PurgeAuditDependencies,
): Promise<PurgeAuditSummary> {
  const [byTime, byUser, index] = await Promise.all([open('auditByTime'), open('audit'), open('auditIndex')]);
  const summary = { purged: 0, unreadable: 0 };
  for await (const page of readPartitionPages(byTime, { after, to: `${last}!` }, ROWS_AT_ONCE)) {
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
    await removeNames(
      index,
      rows.map(({ read }) => read),
      async (userId) =>
        (await readPage(byUser, laneOf(userId), { from: `${userId}_`, to: `${userId}_~` }, 1)).length > 0,
    );
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
