import { z } from 'zod';
import { fromPackedJson, toPackedJson } from '../tables/packedJson.ts';
import type { StoredRow } from '../tables/rows.ts';
import { type AuditEntry, auditEntrySchema } from './entry.ts';
import { entriesOfRow, readEntries } from './storedEntries.ts';

/** An entry with its position in its row of `auditByTime`. */
const memberSchema = z.tuple([z.number().int(), auditEntrySchema]);
export type Member = z.infer<typeof memberSchema>;

/** A row of `auditByTime`, or a copy of it in the index, which has the members that answer one question. */
export interface EntryRow {
  /** The row key in `auditByTime`. Smaller keys are newer, whatever the day. */
  readonly key: string;
  readonly members: readonly Member[];
}

/** Reads a row of `auditByTime`. */
export function readEntryRow(row: StoredRow): EntryRow {
  return rowOf(row, readEntries(row));
}

/** Likewise; undefined for a row that cannot be read. */
export function readEntryRowOrSkip(row: StoredRow): EntryRow | undefined {
  const entries = entriesOfRow(row);
  return entries && rowOf(row, entries);
}

function rowOf({ rowKey }: StoredRow, entries: readonly AuditEntry[]): EntryRow {
  return { key: rowKey, members: [...entries.entries()] };
}

/** Reads a row of the index. */
export async function readIndexRow(row: StoredRow): Promise<EntryRow> {
  return { key: row.rowKey, members: memberSchema.array().parse(await fromPackedJson('members', row)) };
}

/** The row of the index with these members of a row. */
export async function indexRow(partitionKey: string, { key, members }: EntryRow) {
  return { partitionKey, rowKey: key, ...(await toPackedJson('members', members)) };
}
