import { z } from 'zod';
import { isUnreadable } from '../tables/failures.ts';
import { fromPackedJson, toPackedJson } from '../tables/packedJson.ts';
import type { StoredRow } from '../tables/rows.ts';
import { fromSplitText } from '../tables/splitText.ts';
import { auditEntrySchema } from './entry.ts';

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
  const entries = auditEntrySchema.array().parse(fromSplitText('entries', row));
  return { key: row.rowKey, members: [...entries.entries()] };
}

/** Likewise; undefined for a row that cannot be read. */
export function readEntryRowOrSkip(row: StoredRow): EntryRow | undefined {
  try {
    return readEntryRow(row);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Reads a row of the index. */
export async function readIndexRow(row: StoredRow): Promise<EntryRow> {
  return { key: row.rowKey, members: memberSchema.array().parse(await fromPackedJson('members', row)) };
}

/** The row of the index with these members of a row. */
export async function indexRow(partitionKey: string, { key, members }: EntryRow) {
  return { partitionKey, rowKey: key, ...(await toPackedJson('members', members)) };
}
