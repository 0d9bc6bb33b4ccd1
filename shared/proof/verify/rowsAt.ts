import { type AuditEntry, invertTime } from '../../audit/entry.ts';
import { entriesOfRow } from '../../audit/storedEntries.ts';
import { readRange, type StoredRow } from '../../tables/rows.ts';
import type { Verification } from './verification.ts';

/**
 * The readable rows by time of one moment.
 * @param at ISO 8601
 */
export async function* rowsAt(
  at: string,
  verification: Verification,
): AsyncGenerator<{ readonly row: StoredRow; readonly entries: readonly AuditEntry[] }> {
  const key = invertTime(at);
  for await (const row of readRange(verification.byTime, at.slice(0, 10), { from: `${key}_`, to: `${key}_~` })) {
    verification.spend(1);
    const entries = entriesOfRow(row);
    if (entries !== undefined) yield { row, entries };
  }
}
