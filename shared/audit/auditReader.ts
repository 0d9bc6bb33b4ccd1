import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { normalizeReference } from '../domain/userReference.ts';
import { readPage, readPartitions } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type AuditFilter, matches } from './auditFilter.ts';
import { DAY_MS, dayBefore, dayOf, keyOf, timeOf } from './auditTime.ts';
import { type AuditEntry, auditEntrySchema } from './entry.ts';
import { type EntryRow, readEntryRow } from './entryRow.ts';
import { EVERYTHING, type IndexState, readIndexState } from './indexState.ts';
import { type KeyRange, merged, passing, readIndexed, readTail } from './questionReader.ts';
import { questionOf } from './questions.ts';
import { findIndexedUsers, namesOfUser } from './userNames.ts';

/** Rows of a user, and of a day, that are read with the first request for a page. A row of a day has up to 100 entries. */
const FIRST_ROWS_OF_SUBJECT = 100;
const FIRST_ROWS_OF_DAY = 8;
const GROWTH = 4;
const MAX_ROWS = 1_000;
/** Requests for one page of a user, and for one day. */
const MAX_REQUESTS = 3;
/** After this many days without a matching entry, an empty page is returned. */
const DAYS_PER_PAGE = 10;

/** A page of entries, newest first, and the start of the next page. An empty page need not be the last. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: readonly string[] | undefined;
  /** Where there is a next page: all entries since this time were compared. Milliseconds since 1970. */
  readonly searchedUntil?: number;
}

/** The start of the next page of one subject: after the row with this key. */
export const subjectPositionSchema = z.tuple([z.string().regex(/^[\w-]+$/)]);
/** The start of the next page of all users: the day, the key of a row, and how many entries of that row were passed. */
export const timePositionSchema = z.tuple([
  z.iso.date(),
  z.string().regex(/^[\w-]*!?$/),
  z.string().regex(/^\d{1,5}$/),
]);
type TimePosition = z.infer<typeof timePositionSchema>;

/** Reads the audit record. Each page takes a limited number of requests, and skips entries that do not match the filter. */
export class AuditReader {
  readonly #open: OpenTable;
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(open: OpenTable, now: () => number) {
    this.#open = open;
    this.#now = now;
  }

  /**
   * Entries about one subject: an object id, or the key of an unresolved reference (`subjectOf`).
   * @param limit the maximum of entries in the page
   */
  async bySubject(
    subject: string,
    filter: AuditFilter,
    position: readonly string[] | undefined,
    limit: number,
  ): Promise<AuditPage> {
    const table = await this.#open('audit');
    const to = `${subject}_${keyOf(filter.from)}~`;
    const after = position?.[0];
    let from = after === undefined ? `${subject}_${keyOf(filter.to)}` : `${after}!`;
    const entries: AuditEntry[] = [];
    let [size, last] = [FIRST_ROWS_OF_SUBJECT, ''];
    for (let request = 0; request < MAX_REQUESTS; request++) {
      const rows = await readPage(table, laneOf(subject), { from, to }, size);
      for (const row of rows) {
        const entry = auditEntrySchema.parse(fromSplitText('entry', row));
        if (matches(entry, filter)) entries.push(entry);
        last = row.rowKey;
        if (entries.length === limit) return { entries, next: [last], searchedUntil: timeOfSubjectKey(last, subject) };
      }
      if (rows.length < size) return { entries, next: undefined };
      from = `${last}!`;
      size = Math.min(MAX_ROWS, size * GROWTH);
    }
    return { entries, next: [last], searchedUntil: timeOfSubjectKey(last, subject) };
  }

  /** When the newest entry about a subject happened, in milliseconds since 1970; undefined when there is none. */
  async newestOf(subject: string): Promise<number | undefined> {
    const range = { from: `${subject}_`, to: `${subject}_~` };
    const [row] = await readPage(await this.#open('audit'), laneOf(subject), range, 1);
    return row === undefined ? undefined : timeOfSubjectKey(row.rowKey, subject);
  }

  /** The object id of the user that had this name last, as entries say; undefined when no entry has the name. */
  async findUser(name: string): Promise<string | undefined> {
    const [byTime, index, state] = await Promise.all([
      this.#open('auditByTime'),
      this.#open('auditIndex'),
      readIndexState(this.#open),
    ]);
    const wanted = normalizeReference(name);
    const passes = (entry: AuditEntry): boolean => namesOfUser(entry).includes(wanted);
    const all = { from: '', to: EVERYTHING };
    // Before the first run of the indexer, what was recorded in the last day is searched.
    const since = state?.indexedUntil ?? this.#now() - DAY_MS;
    const tail = await readTail({ byTime, index }, since, all, passes, this.#now());
    const recent = tail.rows.flatMap(({ members }) => members.flatMap(([, { userId }]) => userId ?? []));
    const ids = [...new Set([...recent, ...(await findIndexedUsers(index, name))])];
    const times = await Promise.all(ids.map(async (id) => ({ id, at: await this.newestOf(id) })));
    const known = times.flatMap(({ id, at }) => (at === undefined ? [] : { id, at }));
    return known.sort((a, b) => b.at - a.at)[0]?.id;
  }

  /** Whether all entries are in the index, apart from those of the last minutes, which are read directly. */
  async isIndexed(): Promise<boolean> {
    return (await readIndexState(this.#open))?.backfilledTo === EVERYTHING;
  }

  /**
   * Entries of all users, newest first. A filter with more than a time is answered from the index where it has the
   * entries, with what was recorded since it was filled.
   * @param limit the maximum of entries in the page
   */
  async byTime(filter: AuditFilter, position: readonly string[] | undefined, limit: number): Promise<AuditPage> {
    const at = position === undefined ? dayStart(dayOf(filter.to)) : timePositionSchema.parse(position);
    const question = questionOf(filter);
    // What was recorded before the state was read is in the index, so the state is read first.
    const state = question === undefined ? undefined : await readIndexState(this.#open);
    if (question !== undefined && state !== undefined && startOf(at, filter) < state.backfilledTo)
      return this.#byQuestion(question, state, filter, at, limit);
    return this.#byDay(filter, at, limit);
  }

  async #byQuestion(
    question: string,
    state: IndexState,
    filter: AuditFilter,
    at: TimePosition,
    limit: number,
  ): Promise<AuditPage> {
    const [byTime, index] = await Promise.all([this.#open('auditByTime'), this.#open('auditIndex')]);
    const end = `${keyOf(filter.from)}~`;
    const range: KeyRange = {
      from: startOf(at, filter),
      to: state.backfilledTo < end ? state.backfilledTo : end,
    };
    const passes = (entry: AuditEntry): boolean => matches(entry, filter);
    // Some entries of the first row may have been on the page before.
    const indexed = await readIndexed(index, question, range, passes, limit + Number(at[2]));
    const rest = { from: range.from, to: indexed.until };
    const tail = await readTail({ byTime, index }, state.indexedUntil, rest, passes, this.#now());
    const rows = merged([indexed.rows.filter(({ key }) => key < tail.until), tail.rows]);
    const { entries, next } = pageOf(rows, at, limit);
    if (next !== undefined) return { entries, next, searchedUntil: timeOf(next[1]) };
    if (tail.until >= end) return { entries, next: undefined };
    const time = timeOf(tail.until);
    return { entries, next: [dayOf(time), tail.until, '0'], searchedUntil: time };
  }

  async #byDay(filter: AuditFilter, position: TimePosition, limit: number): Promise<AuditPage> {
    let at = position;
    const table = await this.#open('auditByTime');
    for (let days = 0; days < DAYS_PER_PAGE && at[0] >= dayOf(filter.from); days++) {
      const { entries, next } = await readDay(table, filter, at, limit);
      if (next !== undefined) return { entries, next, searchedUntil: timeOf(next[1]) };
      at = dayStart(dayBefore(at[0]));
      if (entries.length > 0) return { entries, ...unlessOver(at, filter) };
    }
    // A search may begin long before the record does.
    const [older] = await readPartitions(table, { after: '', to: `${at[0]}~` }, 1);
    return { entries: [], ...(older === undefined ? { next: undefined } : unlessOver(at, filter)) };
  }
}

/** A position before the entries of a day. */
function dayStart(day: string): TimePosition {
  return [day, '', '0'];
}

function unlessOver(position: TimePosition, { from }: AuditFilter): Pick<AuditPage, 'next' | 'searchedUntil'> {
  if (position[0] < dayOf(from)) return { next: undefined };
  return { next: position, searchedUntil: endOf(position[0]) };
}

/** The first moment after a day, in milliseconds since 1970. */
function endOf(day: string): number {
  return Date.parse(day) + DAY_MS;
}

/** The key at which a position begins, in the order of all days. */
function startOf([day, key]: TimePosition, filter: AuditFilter): string {
  if (key !== '') return key;
  return day === dayOf(filter.to) ? keyOf(filter.to) : keyOf(endOf(day) - 1);
}

/** Entries of one day from a position on; `next` is undefined at the end of the day. */
async function readDay(
  table: TableClient,
  filter: AuditFilter,
  at: TimePosition,
  limit: number,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: TimePosition | undefined }> {
  const [day] = at;
  const to = day === dayOf(filter.from) ? `${keyOf(filter.from)}~` : EVERYTHING;
  // The previous page may have stopped within a row: the row is read again, and the returned entries are skipped.
  let from = startOf(at, filter);
  let size = FIRST_ROWS_OF_DAY;
  const rows: EntryRow[] = [];
  for (let request = 0; request < MAX_REQUESTS; request++) {
    const page = await readPage(table, day, { from, to }, size);
    rows.push(...page.map((row) => passing(readEntryRow(row), (entry) => matches(entry, filter))));
    const { entries, next } = pageOf(rows, at, limit);
    if (next !== undefined) return { entries, next };
    const last = page.at(-1);
    if (last === undefined || page.length < size) return { entries, next: undefined };
    from = `${last.rowKey}!`;
    size = Math.min(MAX_ROWS, size * GROWTH);
  }
  return { entries: pageOf(rows, at, limit).entries, next: [day, from, '0'] };
}

/** The first entries of rows after a position, and the position after them; undefined when no row is left. */
function pageOf(
  rows: readonly EntryRow[],
  [, after, passed]: TimePosition,
  limit: number,
): { readonly entries: readonly AuditEntry[]; readonly next: TimePosition | undefined } {
  const entries: AuditEntry[] = [];
  for (const { key, members } of rows)
    for (const [position, entry] of members) {
      if (key === after && position < Number(passed)) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, next: [entry.at.slice(0, 10), key, String(position + 1)] };
    }
  return { entries, next: undefined };
}

function timeOfSubjectKey(key: string, subject: string): number {
  return timeOf(key.slice(subject.length + 1));
}
