import { isUnreadable } from '../tables/failures.ts';
import { fromSplitText } from '../tables/splitText.ts';
import { type AuditEntry, auditEntrySchema } from './entry.ts';

/** The entries of a row of `auditByTime`; undefined when it cannot be read. */
export function entriesOfRow(row: Readonly<Record<string, unknown>>): AuditEntry[] | undefined {
  try {
    return auditEntrySchema.array().parse(fromSplitText('entries', row));
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
