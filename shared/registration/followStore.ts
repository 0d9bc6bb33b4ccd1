import type { TransactionAction } from '@azure/data-tables';
import { isConflict } from '../tables/failures.ts';
import { readRange, readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { readUserRow, unknownUser } from '../users/userRow.ts';
import type { Followed } from './followUp.ts';
import { type FollowedRow, followedColumns, readFollowUp } from './followUp.ts';

/** The rows of the table `users` as the registration audit reads and writes them: whole lanes, with its own columns. */
export class FollowStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** All rows of a lane in the order of object ids, a page of them in memory at a time. */
  async *lane(lane: string): AsyncGenerator<FollowedRow> {
    for await (const row of readRange(await this.#open('users'), lane, { from: '', to: '~' })) yield read(row);
  }

  async load(lane: string, id: string): Promise<FollowedRow> {
    const row = await readRow(await this.#open('users'), lane, id);
    return row === undefined ? { row: unknownUser(id), followUp: undefined } : read(row);
  }

  /**
   * Stores at most 100 rows of one lane, all or none, each on the version that its etag names.
   * @returns false when any of them was changed by somebody else; then they must be loaded and decided again
   */
  async put(lane: string, rows: readonly Followed[]): Promise<boolean> {
    const table = await this.#open('users');
    const actions = rows.map(({ row, followUp }): TransactionAction => {
      const entity = followedColumns(lane, row, followUp);
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

function read(row: StoredRow): FollowedRow {
  return { row: readUserRow(row), followUp: readFollowUp(row) };
}
