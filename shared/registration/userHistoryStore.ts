import type { TransactionAction } from '@azure/data-tables';
import { isConflict } from '../tables/failures.ts';
import { readRange, readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { readUserRow, unknownUser } from '../users/userRow.ts';
import type { RewrittenUser } from './userHistory.ts';
import { readUserHistory, type StoredUser, userHistoryColumns } from './userHistory.ts';

/** Reads and writes the table `users` for the registration sweep: whole lanes, with the sweep's own columns. */
export class UserHistoryStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** All rows of a lane in the order of object ids, with one page in memory at a time. */
  async *lane(lane: string): AsyncGenerator<StoredUser> {
    for await (const row of readRange(await this.#open('users'), lane, { from: '', to: '~' })) yield read(row);
  }

  async load(lane: string, id: string): Promise<StoredUser> {
    const row = await readRow(await this.#open('users'), lane, id);
    return row === undefined ? { row: unknownUser(id), history: undefined } : read(row);
  }

  /**
   * Stores at most 100 rows of one lane in one transaction, each on the version of its etag.
   * @returns false when another process has changed one of them; the caller must load and decide them again
   */
  async put(lane: string, rows: readonly RewrittenUser[]): Promise<boolean> {
    const table = await this.#open('users');
    const actions = rows.map(({ row, history }): TransactionAction => {
      const entity = userHistoryColumns(lane, row, history);
      return row.etag === undefined ? ['create', entity] : ['update', entity, 'Merge', { etag: row.etag }];
    });
    try {
      await table.submitTransaction(actions);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

function read(row: StoredRow): StoredUser {
  return { row: readUserRow(row), history: readUserHistory(row) };
}
