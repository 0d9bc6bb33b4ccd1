import type { TransactionAction } from '@azure/data-tables';
import { BoundedMap } from '../boundedMap.ts';
import { isConflict } from '../tables/failures.ts';
import { readPage, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeNote } from './changedUsers.ts';
import { readUserRow, type UserRow, unknownUser, userColumns } from './userRow.ts';

/** The maximum number of rows in the cache; a row takes about 500 bytes. */
const MAX_CACHED_ROWS = 20_000;

/**
 * The rows of users: table `users`, partition = lane, row key = object id.
 *
 * Usually one process at a time works on a lane, so rows are cached, and a user who is not in the cache is presumed to have
 * no row. A wrong presumption costs one round trip and nothing else: every write names the version of the row that it was
 * decided on, and a user presumed to have no row is written only if there is none.
 */
export class UserStore {
  readonly #open: OpenTable;
  readonly #cached = new BoundedMap<string, UserRow>(MAX_CACHED_ROWS);

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** The cached row, or a user without a row. */
  recall(id: string): UserRow {
    return this.#cached.get(id) ?? unknownUser(id);
  }

  /** The rows as they are stored now. */
  async load(lane: string, ids: readonly string[]): Promise<UserRow[]> {
    const table = await this.#open('users');
    return Promise.all(
      ids.map(async (id) => {
        const stored = await readRow(table, lane, id);
        const row = stored === undefined ? unknownUser(id) : readUserRow(stored);
        this.#cache(row);
        return row;
      }),
    );
  }

  /** Ids of users of a lane with a stored row, up to a limit. */
  async knownIn(lane: string, limit: number): Promise<string[]> {
    const rows = await readPage(await this.#open('users'), lane, { from: '', to: '~' }, limit);
    return rows.map(({ rowKey }) => rowKey);
  }

  /**
   * Stores rows of one lane, all or none, each on the version that its etag names, and notes whose state is new.
   * @returns false when another process changed any of them; then they must be loaded and decided again
   */
  async put(lane: string, rows: readonly UserRow[]): Promise<boolean> {
    if (rows.length === 0) return true;
    const table = await this.#open('users');
    const actions = rows.map((row): TransactionAction => {
      const entity = userColumns(lane, row);
      return row.etag === undefined ? ['create', entity] : ['update', entity, 'Merge', { etag: row.etag }];
    });
    const note = changeNote(
      lane,
      rows.filter(({ id, stateAt }) => stateAt !== this.#cached.get(id)?.stateAt),
    );
    if (note !== undefined) actions.push(['upsert', note, 'Replace']);
    try {
      const answer = await table.submitTransaction(actions);
      // Answers come in the order of the changes; only answers to new rows name their row.
      rows.forEach((row, index) => {
        this.#cache({ ...row, etag: answer.subResponses[index]?.etag });
      });
      return true;
    } catch (error) {
      for (const row of rows) this.#cached.delete(row.id);
      if (isConflict(error)) return false;
      throw error;
    }
  }

  #cache(row: UserRow): void {
    if (row.etag === undefined) this.#cached.delete(row.id);
    else this.#cached.set(row.id, row);
  }
}
