import type { TableClient, TableEntity } from '@azure/data-tables';
import { isConflict } from './failures.ts';
import { cutTransactions } from './transaction.ts';

/**
 * Inserts rows of one partition that are not there yet, and changes none that is. So the table needs no right to change
 * rows, and what is stored stays as it was first stored.
 * @returns the rows that were there before
 */
export async function insertMissing(table: TableClient, rows: readonly TableEntity[]): Promise<TableEntity[]> {
  const present: TableEntity[] = [];
  let next = 0;
  for (const transaction of cutTransactions(rows.map((row) => ['create', row]))) {
    const members = rows.slice(next, next + transaction.length);
    next += transaction.length;
    if (members.length > 1 && (await inserted(table.submitTransaction(transaction)))) continue;
    // One row that is there keeps the whole transaction from being made.
    for (const row of members) if (!(await inserted(table.createEntity(row)))) present.push(row);
  }
  return present;
}

/** Whether the insertion was made; false when a row was there. */
async function inserted(insertion: Promise<unknown>): Promise<boolean> {
  try {
    await insertion;
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
