import { isUnreadable } from '../tables/failures.ts';
import { fromSplitText } from '../tables/splitText.ts';
import { type AuditEntry, auditEntrySchema } from './entry.ts';

/** The entries of a row of `auditByTime`. @throws an error that `isUnreadable` knows */
export function readEntries(row: Readonly<Record<string, unknown>>): AuditEntry[] {
  return auditEntrySchema.array().parse(fromSplitText('entries', row));
}

/** Likewise; undefined when the row cannot be read. */
export function entriesOfRow(row: Readonly<Record<string, unknown>>): AuditEntry[] | undefined {
  try {
    return readEntries(row);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
