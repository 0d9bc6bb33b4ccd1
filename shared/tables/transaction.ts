import type { TableClient, TransactionAction } from '@azure/data-tables';
import { cutBySize } from './cutBySize.ts';
import { changeBytes, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ROWS } from './sizes.ts';

/** A transaction without the lines around all of its changes. */
const LIMIT = { items: MAX_TRANSACTION_ROWS, bytes: MAX_TRANSACTION_BYTES - 4_096 };

/**
 * Sends changes of one partition in as few entity-group transactions as possible, one after another. Only a list that
 * fits into one transaction is atomic.
 */
export async function submitInOrder(table: TableClient, actions: readonly TransactionAction[]): Promise<void> {
  for (const transaction of cutTransactions(actions)) await table.submitTransaction(transaction);
}

/** Cuts a list of changes into transactions that Table Storage accepts, keeping their order. */
export function cutTransactions(actions: readonly TransactionAction[]): TransactionAction[][] {
  return cutBySize(actions, LIMIT, changeBytes);
}
