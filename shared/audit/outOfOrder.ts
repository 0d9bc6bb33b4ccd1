import type { TableClient } from '@azure/data-tables';
import { insertMissing } from '../tables/insert.ts';
import { removeRows } from '../tables/remove.ts';
import { readRange, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { dayOf, timeOf } from './auditTime.ts';
import { type EntryRow, readEntryRow } from './entryRow.ts';
import { hashOf } from './questions.ts';

/**
 * Rows of `auditByTime` lie by the time of their entries. Most are recorded at once, so the rows that were recorded since a
 * time lie after that time. A row that is recorded later than this has a note in the index that leads to it.
 */
export const IN_ORDER_WITHIN_MS = 60 * 60_000;
const PARTITION = 'late';

/** @param at @param recordedAt ISO 8601 */
export function isOutOfOrder(at: string, recordedAt: string): boolean {
  return Math.abs(Date.parse(recordedAt) - Date.parse(at)) > IN_ORDER_WITHIN_MS;
}

/**
 * Notes that a row is about to be recorded that lies elsewhere than its time of recording. The note comes first: a note
 * without a row is ignored, and a row without a note would not be found.
 * @param recordedAt ISO 8601
 */
export async function noteOutOfOrder(open: OpenTable, rowKey: string, recordedAt: string): Promise<void> {
  const row = { partitionKey: PARTITION, rowKey: `${recordedAt}_${hashOf(rowKey)}`, key: rowKey };
  await insertMissing(await open('auditIndex'), [row]);
}

/**
 * The keys of rows that were noted in a period, newest first, each once.
 * @param since milliseconds since 1970, included
 * @param until milliseconds since 1970, excluded; infinite for all
 */
export async function readOutOfOrder(index: TableClient, since: number, until: number): Promise<string[]> {
  const to = Number.isFinite(until) ? new Date(until).toISOString() : '~';
  const keys = new Set<string>();
  for await (const row of readRange(index, PARTITION, { from: new Date(since).toISOString(), to }))
    if (typeof row.key === 'string') keys.add(row.key);
  return [...keys].sort();
}

/** The rows with these keys, in the same order, without those that do not exist. */
export async function readRowsByKey(byTime: TableClient, keys: readonly string[]): Promise<EntryRow[]> {
  const rows = await Promise.all(keys.map((key) => readRow(byTime, dayOf(timeOf(key)), key)));
  return rows.filter((row) => row !== undefined).map(readEntryRow);
}

/** Removes the notes from before a time, whose rows are in the index. @param before milliseconds since 1970 */
export async function removeNotes(index: TableClient, before: number): Promise<void> {
  const range = { from: '', to: new Date(before).toISOString(), select: ['RowKey'] };
  const keys: string[] = [];
  for await (const { rowKey } of readRange(index, PARTITION, range)) keys.push(rowKey);
  await removeRows(index, PARTITION, keys);
}
