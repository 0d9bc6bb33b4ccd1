import type { TransactionAction } from '@azure/data-tables';
import { isConflict } from '../tables/failures.ts';
import { readRange, readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { readUserRow, unknownUser } from '../users/userRow.ts';
import type { RewrittenUser } from './userHistory.ts';
import { readUserHistory, type StoredUser, userHistoryColumns } from './userHistory.ts';

/** The rows of the table `users` as the registration sweep reads and writes them: whole lanes, with its own columns. */
export class UserHistoryStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** All rows of a lane in the order of object ids, a page of them in memory at a time. */
  async *lane(lane: string): AsyncGenerator<StoredUser> {
    for await (const row of readRange(await this.#open('users'), lane, { from: '', to: '~' })) yield read(row);
  }

  async load(lane: string, id: string): Promise<StoredUser> {
    const row = await readRow(await this.#open('users'), lane, id);
    return row === undefined ? { row: unknownUser(id), history: undefined } : read(row);
  }

  /**
   * Stores at most 100 rows of one lane, all or none, each on the version that its etag names.
   * @returns false when any of them was changed by somebody else; then they must be loaded and decided again
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
