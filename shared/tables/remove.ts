import type { TableClient } from '@azure/data-tables';
import { cut } from '../groupBy.ts';
import { isNotFound } from './failures.ts';
import { MAX_TRANSACTION_ROWS } from './sizes.ts';

/** Removes rows of one partition. Ignores rows that do not exist. */
export async function removeRows(table: TableClient, partitionKey: string, keys: readonly string[]): Promise<void> {
  for (const part of cut(keys, MAX_TRANSACTION_ROWS)) {
    try {
      await table.submitTransaction(part.map((rowKey) => ['delete', { partitionKey, rowKey }]));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      for (const key of part) await removeRow(table, partitionKey, key);
    }
  }
}

/** Removes a row if it exists. */
export async function removeRow(table: TableClient, partitionKey: string, key: string): Promise<void> {
  try {
    await table.deleteEntity(partitionKey, key);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
