import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import type { StoredRow } from '../tables/rows.ts';
import { readPage } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type AuditEntry, type AuditEvent, auditEntrySchema, invertTime } from './entry.ts';

/** Rows that are read for a page. Rows by time hold up to 100 entries each. */
const ROWS_PER_PAGE = 100;
/** Days without a matching entry that are passed over before a page is given all the same. */
const DAYS_PER_PAGE = 10;
const DAY_MS = 24 * 60 * 60_000;

/** Which entries are wanted. Times are milliseconds since 1970, both ends included. */
export interface AuditFilter {
  readonly from: number;
  readonly to: number;
  readonly event?: AuditEvent;
  /** Object id, application or name of who did it, whatever the case. */
  readonly actor?: string;
  readonly operationId?: string;
}

/** A page of entries, newest first, and where the next page begins; it may be empty and not the last. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: readonly string[] | undefined;
}

/** Where the entries about one subject go on: behind a row. */
export const subjectPositionSchema = z.tuple([z.string().regex(/^[\w-]+$/)]);
/** Where the entries of all users go on: in a day, at a row, some of whose entries were shown. */
export const timePositionSchema = z.tuple([
  z.iso.date(),
  z.string().regex(/^[\w-]*!?$/),
  z.string().regex(/^\d{1,5}$/),
]);
type TimePosition = z.infer<typeof timePositionSchema>;

/** Reads the audit record. Each page is one range of one partition; what a filter leaves out is read and passed over. */
export class AuditReader {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /**
   * Entries about one subject: an object id, or what a reference that is no user's is filed under.
   * @param limit the most entries of the page
   */
  async bySubject(
    subject: string,
    filter: AuditFilter,
    position: readonly string[] | undefined,
    limit: number,
  ): Promise<AuditPage> {
    const after = position?.[0];
    const range = {
      from: after === undefined ? `${subject}_${keyOf(filter.to)}` : `${after}!`,
      to: `${subject}_${keyOf(filter.from)}~`,
    };
    const rows = await readPage(await this.#open('audit'), laneOf(subject), range, ROWS_PER_PAGE);
    const entries: AuditEntry[] = [];
    for (const row of rows) {
      const entry = auditEntrySchema.parse(fromSplitText('entry', row));
      if (matches(entry, filter)) entries.push(entry);
      if (entries.length === limit) return { entries, next: [row.rowKey] };
    }
    return { entries, next: rows.length < ROWS_PER_PAGE ? undefined : [rows.at(-1)?.rowKey as string] };
  }

  /**
   * Entries of all users, day by day from the newest.
   * @param limit the most entries of the page
   */
  async byTime(filter: AuditFilter, position: readonly string[] | undefined, limit: number): Promise<AuditPage> {
    let at: TimePosition = position === undefined ? dayStart(dayOf(filter.to)) : timePositionSchema.parse(position);
    const table = await this.#open('auditByTime');
    for (let days = 0; days < DAYS_PER_PAGE && at[0] >= dayOf(filter.from); days++) {
      const { entries, next } = await readDay(table, filter, at, limit);
      if (next !== undefined) return { entries, next };
      at = dayStart(dayBefore(at[0]));
      if (entries.length > 0) return { entries, next: unlessOver(at, filter) };
    }
    return { entries: [], next: unlessOver(at, filter) };
  }
}

/** A position before the entries of a day. */
function dayStart(day: string): TimePosition {
  return [day, '', '0'];
}

function unlessOver(position: TimePosition, { from }: AuditFilter): TimePosition | undefined {
  return position[0] < dayOf(from) ? undefined : position;
}

/** Entries of one day from a position on; `next` is undefined at the end of the day. */
async function readDay(
  table: TableClient,
  filter: AuditFilter,
  [day, after, skipped]: TimePosition,
  limit: number,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: TimePosition | undefined }> {
  const newest = day === dayOf(filter.to) ? keyOf(filter.to) : '';
  const range = {
    // The row that the page before stopped in is read again, and its entries that were shown are passed over.
    from: after === '' ? newest : after,
    to: day === dayOf(filter.from) ? `${keyOf(filter.from)}~` : '~',
  };
  const rows = await readPage(table, day, range, ROWS_PER_PAGE);
  const entries: AuditEntry[] = [];
  const shown = (row: StoredRow): number => (row.rowKey === after ? Number(skipped) : 0);
  for (const row of rows) {
    for (const [index, entry] of matchingMembers(row, filter, shown(row))) {
      entries.push(entry);
      if (entries.length === limit) return { entries, next: [day, row.rowKey, String(index + 1)] };
    }
  }
  const last = rows.at(-1);
  const isCut = last !== undefined && rows.length === ROWS_PER_PAGE;
  return { entries, next: isCut ? [day, `${last.rowKey}!`, '0'] : undefined };
}

/** The entries of a row from one on that match, each with its position in the row. */
function matchingMembers(row: StoredRow, filter: AuditFilter, from: number): [number, AuditEntry][] {
  const members = auditEntrySchema.array().parse(fromSplitText('entries', row));
  return [...members.entries()].filter(([index, entry]) => index >= from && matches(entry, filter));
}

function matches(entry: AuditEntry, { from, to, event, actor, operationId }: AuditFilter): boolean {
  const at = Date.parse(entry.at);
  return (
    at >= from &&
    at <= to &&
    (event === undefined || entry.event === event) &&
    (operationId === undefined || entry.operationId === operationId) &&
    (actor === undefined || isActor(entry, actor.toLowerCase()))
  );
}

function isActor({ actor }: AuditEntry, wanted: string): boolean {
  return [actor.id, actor.application, actor.name].some((name) => name?.toLowerCase() === wanted);
}

function keyOf(time: number): string {
  return invertTime(new Date(time).toISOString());
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function dayBefore(day: string): string {
  return dayOf(Date.parse(day) - DAY_MS);
}
