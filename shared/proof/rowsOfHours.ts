import type { TableClient } from '@azure/data-tables';
import type { AuditEntry } from '../audit/entry.ts';
import { LateDays } from '../audit/lateDays.ts';
import { entriesOfRow } from '../audit/storedEntries.ts';
import type { StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { SealedRow } from './digest.ts';
import { hourOf, hoursAfter } from './hours.ts';
import { rowHash } from './rowHash.ts';

/** Rows of up to 100 entries are read together. */
const PAGE_SIZE = 50;

/**
 * The rows of `auditByTime` that were recorded in the hours from one to another, with their hashes, by hour. Only hashes
 * are kept in memory.
 * @param onEntries is called with the entries of each row that can be read
 */
export async function rowsOfHours(
  first: string,
  last: string,
  open: OpenTable,
  onEntries: (entries: readonly AuditEntry[]) => Promise<void>,
): Promise<ReadonlyMap<string, SealedRow[]>> {
  const table = await open('auditByTime');
  const hours = new Map<string, SealedRow[]>();
  for (const day of await daysOf(first, last, open)) {
    for await (const row of recordedIn(table, day, first, last)) {
      const entries = entriesOfRow(row);
      if (entries !== undefined) await onEntries(entries);
      const hour = hourOf(Date.parse(String(row.recordedAt)));
      const sealed = {
        partitionKey: day,
        rowKey: row.rowKey,
        sha256: rowHash(row),
        entries: entries?.length ?? 0,
      };
      const rows = hours.get(hour);
      if (rows === undefined) hours.set(hour, [sealed]);
      else rows.push(sealed);
    }
  }
  return hours;
}

/** The days that can have rows which were recorded in these hours, in order. */
async function daysOf(first: string, last: string, open: OpenTable): Promise<string[]> {
  const late = new LateDays(open);
  const days = new Set<string>();
  for (
    let day = first.slice(0, 10);
    day <= last.slice(0, 10);
    day = hoursAfter(`${day}T00:00:00.000Z`, 24).slice(0, 10)
  )
    for (const one of await late.of(day)) days.add(one);
  return [...days].sort();
}

async function* recordedIn(table: TableClient, day: string, first: string, last: string): AsyncGenerator<StoredRow> {
  const { odata } = await import('@azure/data-tables');
  const filter = odata`PartitionKey eq ${day} and recordedAt ge ${first} and recordedAt lt ${hoursAfter(last, 1)}`;
  for await (const page of table
    .listEntities<StoredRow>({ queryOptions: { filter } })
    .byPage({ maxPageSize: PAGE_SIZE }))
    yield* page;
}
