import type { TableClient } from '@azure/data-tables';
import { isConflict } from './failures.ts';
import { readRow, type StoredRow } from './rows.ts';

interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: unknown;
}

/**
 * Stores a row on the version that was read.
 * @param etag the version that was read; undefined for a new row
 * @param mode `Merge` keeps the columns that are not given
 * @returns the new version; undefined when another process has changed the row since
 */
export async function writeVersion(
  table: TableClient,
  row: Row,
  etag: string | undefined,
  mode: 'Replace' | 'Merge' = 'Replace',
): Promise<string | undefined> {
  try {
    const answer = etag === undefined ? await table.createEntity(row) : await table.updateEntity(row, mode, { etag });
    if (answer.etag === undefined) throw new Error('Table Storage stored a row and did not return its version.');
    return answer.etag;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

/** The new columns of a row, and the caller's result. Without columns, the row stays as it is. */
export interface RowChange<T> {
  readonly columns?: Readonly<Record<string, unknown>>;
  readonly result: T;
}

/**
 * Reads a row, decides, and stores it on the version that was read. Repeats this when another process has changed the row.
 * @param decide receives undefined when the row does not exist; it may be called more than once
 */
export async function changeRow<T>(
  table: TableClient,
  key: { readonly partitionKey: string; readonly rowKey: string },
  decide: (row: StoredRow | undefined) => RowChange<T>,
): Promise<T> {
  for (;;) {
    const row = await readRow(table, key.partitionKey, key.rowKey);
    const { columns, result } = decide(row);
    if (columns === undefined) return result;
    if ((await writeVersion(table, { ...key, ...columns }, row?.etag)) !== undefined) return result;
  }
}
