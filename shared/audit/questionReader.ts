import type { TableClient } from '@azure/data-tables';
import { readPage } from '../tables/rows.ts';
import type { AuditEntry } from './entry.ts';
import { type EntryRow, readEntryRow, readIndexRow } from './entryRow.ts';
import { IN_ORDER_WITHIN_MS, readOutOfOrder, readRowsByKey } from './outOfOrder.ts';
import { readRecorded } from './recordedRows.ts';

/** The rows in the first request, and how much larger each next one is: a row has up to 100 entries. */
const FIRST_ROWS = 16;
const GROWTH = 4;
const MAX_ROWS = 1_000;
/** The most requests to the index for one page, when other parts of the filter leave out almost all entries. */
const MAX_REQUESTS = 5;
/** The most rows that are read for one page of what is not in the index yet. These are not compressed. */
const MAX_TAIL_ROWS = 500;
const TAIL_ROWS_AT_ONCE = 100;
const MAX_LATE_ROWS = 100;

/** A range of row keys: `from` is included, `to` is not. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/**
 * Rows in the order of their keys, with their members that pass a filter, and the key up to which the rows are complete:
 * `to` of the range, or a smaller one.
 */
export interface Rows {
  readonly rows: readonly EntryRow[];
  readonly until: string;
}

/**
 * Reads the rows of one question from the index until it has enough entries that pass the filter.
 * @param limit how many entries are enough
 */
export async function readIndexed(
  index: TableClient,
  question: string,
  { from, to }: KeyRange,
  passes: (entry: AuditEntry) => boolean,
  limit: number,
): Promise<Rows> {
  const rows: EntryRow[] = [];
  let [next, found, size] = [from, 0, FIRST_ROWS];
  for (let request = 0; request < MAX_REQUESTS && found < limit; request++) {
    const page = await readPage(index, question, { from: next, to }, size);
    for (const row of await Promise.all(page.map(readIndexRow))) {
      const passed = passing(row, passes);
      rows.push(passed);
      found += passed.members.length;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < size) return { rows, until: to };
    next = `${last.rowKey}!`;
    size = Math.min(MAX_ROWS, size * GROWTH);
  }
  return { rows, until: next };
}

/**
 * Reads the rows that were recorded since a time.
 * @param since milliseconds since 1970
 * @param now likewise
 */
export async function readTail(
  { byTime, index }: { readonly byTime: TableClient; readonly index: TableClient },
  since: number,
  { from, to }: KeyRange,
  passes: (entry: AuditEntry) => boolean,
  now: number,
): Promise<Rows> {
  // Clocks of other instances may be ahead.
  const period = { since, until: now + IN_ORDER_WITHIN_MS };
  const [inOrder, notes] = await Promise.all([
    readInOrder(byTime, period, { from, to }, passes),
    readOutOfOrder(index, since, Number.POSITIVE_INFINITY),
  ]);
  const keys = notes.filter((key) => key >= from && key < inOrder.until);
  const late = (await readRowsByKey(byTime, keys.slice(0, MAX_LATE_ROWS))).map((row) => passing(row, passes));
  const until = keys[MAX_LATE_ROWS] ?? inOrder.until;
  return { rows: merged([inOrder.rows, late]).filter(({ key }) => key < until), until };
}

async function readInOrder(
  byTime: TableClient,
  period: { readonly since: number; readonly until: number },
  keys: KeyRange,
  passes: (entry: AuditEntry) => boolean,
): Promise<Rows> {
  const rows: EntryRow[] = [];
  for await (const row of readRecorded(byTime, period, keys, TAIL_ROWS_AT_ONCE)) {
    if (rows.length === MAX_TAIL_ROWS) return { rows, until: row.rowKey };
    rows.push(passing(readEntryRow(row), passes));
  }
  return { rows, until: keys.to };
}

/** A row with its members that pass, so that no more than these stay in memory. */
export function passing({ key, members }: EntryRow, passes: (entry: AuditEntry) => boolean): EntryRow {
  return { key, members: members.filter(([, entry]) => passes(entry)) };
}

/** Rows of several lists in the order of their keys. Of rows with the same key, the members of all. */
export function merged(lists: readonly (readonly EntryRow[])[]): EntryRow[] {
  const rows = new Map<string, Map<number, EntryRow['members'][number]>>();
  for (const { key, members } of lists.flat()) {
    const known = rows.get(key) ?? new Map();
    for (const member of members) known.set(member[0], member);
    rows.set(key, known);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => ({ key, members: [...members.values()].sort(([a], [b]) => a - b) }));
}
