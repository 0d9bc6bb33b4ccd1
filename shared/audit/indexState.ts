import { z } from 'zod';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';

const KEY = { partitionKey: 'auditIndex', rowKey: 'state' } as const;
/** The end of the record: larger than any row key. */
export const EVERYTHING = '~';

/** How far the index of the audit record is. Times are milliseconds since 1970. */
export interface IndexState {
  /** When the index was begun. */
  readonly begunAt: number;
  /** Every row that was recorded before this time and since the index was begun is in the index. */
  readonly indexedUntil: number;
  /**
   * Rows that were recorded before the index was begun are added from the newest to the oldest: those with smaller keys
   * than this are in the index.
   */
  readonly backfilledTo: string;
  /** Undefined for a state that is not stored. */
  readonly etag: string | undefined;
}

const columnsSchema = z.object({ begunAt: z.number(), indexedUntil: z.number(), backfilledTo: z.string() });

/** The stored state; undefined before the first run. */
export async function readIndexState(open: OpenTable): Promise<IndexState | undefined> {
  const row = await readRow(await open('control'), KEY.partitionKey, KEY.rowKey);
  return row === undefined ? undefined : stateOf(row);
}

/**
 * Stores a state on the version that it came from.
 * @returns the stored state; undefined when another instance has changed it since
 */
export async function writeIndexState(open: OpenTable, state: IndexState): Promise<IndexState | undefined> {
  const { begunAt, indexedUntil, backfilledTo, etag } = state;
  const row = { ...KEY, begunAt: toText(begunAt), indexedUntil: toText(indexedUntil), backfilledTo };
  const version = await writeVersion(await open('control'), row, etag);
  return version === undefined ? undefined : { ...state, etag: version };
}

/** Table Storage would store a number of this size as another type, depending on its value. */
function toText(time: number): string {
  return new Date(time).toISOString();
}

function stateOf(row: StoredRow): IndexState {
  const { begunAt, indexedUntil, backfilledTo } = row;
  const read = columnsSchema.parse({
    begunAt: Date.parse(String(begunAt)),
    indexedUntil: Date.parse(String(indexedUntil)),
    backfilledTo,
  });
  return { ...read, etag: row.etag };
}
