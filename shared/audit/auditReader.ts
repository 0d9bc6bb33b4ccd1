import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import type { StoredRow } from '../tables/rows.ts';
import { readPage } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type AuditEntry, type AuditEvent, auditEntrySchema, invertTime } from './entry.ts';

/** Rows that are read for a page. A row of `auditByTime` has up to 100 entries. */
const ROWS_PER_PAGE = 100;
/** After this many days without a matching entry, an empty page is returned. */
const DAYS_PER_PAGE = 10;
const DAY_MS = 24 * 60 * 60_000;

/** The filter of a query. Times are milliseconds since 1970, both ends included. */
export interface AuditFilter {
  readonly from: number;
  readonly to: number;
  readonly event?: AuditEvent;
  /** Object id, application or name of the actor. The case is ignored. */
  readonly actor?: string;
  readonly operationId?: string;
}

/** A page of entries, newest first, and the start of the next page. An empty page need not be the last. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: readonly string[] | undefined;
}

/** The start of the next page of one subject: after the row with this key. */
export const subjectPositionSchema = z.tuple([z.string().regex(/^[\w-]+$/)]);
/** The start of the next page of all users: the day, the key of a row, and how many entries of that row were returned. */
export const timePositionSchema = z.tuple([
  z.iso.date(),
  z.string().regex(/^[\w-]*!?$/),
  z.string().regex(/^\d{1,5}$/),
]);
type TimePosition = z.infer<typeof timePositionSchema>;

/** Reads the audit record. Each page reads one range of one partition, and skips entries that do not match the filter. */
export class AuditReader {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
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
    const last = rows.at(-1);
    return { entries, next: last === undefined || rows.length < ROWS_PER_PAGE ? undefined : [last.rowKey] };
  }

  /**
   * Entries of all users, day by day from the newest.
   * @param limit the maximum of entries in the page
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
    // The previous page may have stopped within a row: the row is read again, and the returned entries are skipped.
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

/** The matching entries of a row from a position on, each with its position in the row. */
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
