import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { readPage } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { fromWideText } from '../tables/wideText.ts';
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
      const entry = auditEntrySchema.parse(fromWideText('entry', row));
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
    let [day, after, skipped] =
      position === undefined ? [dayOf(filter.to), '', '0'] : timePositionSchema.parse(position);
    const table = await this.#open('auditByTime');
    for (let days = 0; days < DAYS_PER_PAGE && day >= dayOf(filter.from); days++) {
      const range = {
        // The row that the page before stopped in is read again, and its entries that were shown are passed over.
        from: after === '' ? (day === dayOf(filter.to) ? keyOf(filter.to) : '') : after,
        to: day === dayOf(filter.from) ? `${keyOf(filter.from)}~` : '~',
      };
      const rows = await readPage(table, day, range, ROWS_PER_PAGE);
      const entries: AuditEntry[] = [];
      for (const row of rows) {
        const members = auditEntrySchema.array().parse(fromWideText('entries', row));
        const first = row.rowKey === after ? Number(skipped) : 0;
        for (let index = first; index < members.length; index++) {
          const entry = members[index] as AuditEntry;
          if (matches(entry, filter)) entries.push(entry);
          if (entries.length === limit) return { entries, next: [day, row.rowKey, String(index + 1)] };
        }
      }
      const last = rows.at(-1);
      if (last !== undefined && rows.length === ROWS_PER_PAGE) return { entries, next: [day, `${last.rowKey}!`, '0'] };
      [day, after, skipped] = [dayBefore(day), '', '0'];
      if (entries.length > 0) return { entries, next: day < dayOf(filter.from) ? undefined : [day, '', '0'] };
    }
    return { entries: [], next: day < dayOf(filter.from) ? undefined : [day, '', '0'] };
  }
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
