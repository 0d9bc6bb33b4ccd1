import type { StoredRow } from './rows.ts';

/** The text of a column; empty when the row has no such text. */
export function textOf(row: StoredRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}
