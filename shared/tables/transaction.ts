import type { TableClient, TransactionAction } from '@azure/data-tables';

/** Table Storage takes at most 100 changes and 4 MiB in one entity-group transaction; the margin is for the envelope. */
const MAX_ACTIONS = 100;
const MAX_CHARACTERS = 1_500_000;

/**
 * Sends changes of one partition in as few entity-group transactions as possible, one after another. Only a list that
 * fits into one transaction is atomic.
 */
export async function submitInOrder(table: TableClient, actions: readonly TransactionAction[]): Promise<void> {
  for (const transaction of cutTransactions(actions)) await table.submitTransaction(transaction);
}

/** Cuts a list of changes into transactions that Table Storage accepts, keeping their order. */
export function cutTransactions(actions: readonly TransactionAction[]): TransactionAction[][] {
  const transactions: TransactionAction[][] = [];
  let size = 0;
  for (const action of actions) {
    const values: unknown[] = Object.values(action[1]);
    const characters = values.reduce<number>((sum, value) => sum + String(value).length, 0);
    const last = transactions.at(-1);
    if (last === undefined || last.length === MAX_ACTIONS || size + characters > MAX_CHARACTERS) {
      transactions.push([action]);
      size = characters;
    } else {
      last.push(action);
      size += characters;
    }
  }
  return transactions;
}
