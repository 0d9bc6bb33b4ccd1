import { jsonBytes, MAX_JSON_BYTES } from '../tables/sizes.ts';
import { USERS_PER_PART } from '../users/snapshotStore.ts';
import { orderOf, packUser, type SnapshotUser } from '../users/snapshotUser.ts';
import type { StagedPages } from './staged/stagedPages.ts';
import { readStagedSorted, type SortedPage } from './staged/stagedSorted.ts';
import type { Sweep } from './sweep.ts';

/** Where a merge continues: the page of each run, and the order of the last user that was merged. */
export interface MergePlace {
  readonly pages: readonly number[];
  readonly after: string;
}

interface Ordered {
  readonly order: string;
  readonly user: SnapshotUser;
}

/** The users of one run in their order, with one page in memory. */
class RunCursor {
  page: number;
  head: Ordered | undefined;
  readonly #read: (page: number) => Promise<SortedPage | undefined>;
  #left: Ordered[] = [];
  #more = false;

  constructor(page: number, read: (page: number) => Promise<SortedPage | undefined>) {
    this.page = page;
    this.#read = read;
  }

  /** Reads the page of the cursor, and moves to the first user after an order. */
  async begin(after: string): Promise<void> {
    await this.#load();
    while (this.head !== undefined && this.head.order <= after) await this.advance();
  }

  async advance(): Promise<void> {
    this.head = this.#left.pop();
    if (this.head !== undefined) return;
    if (!this.#more) return;
    this.page++;
    await this.#load();
  }

  async #load(): Promise<void> {
    const { users, more } = (await this.#read(this.page)) ?? { users: [], more: false };
    this.#more = more;
    this.#left = users.map((user) => ({ order: orderOf(user), user })).reverse();
    this.head = this.#left.pop();
  }
}

/** Neighbouring users of the snapshot, and where the merge continues after them. */
export interface MergedPart {
  readonly users: readonly SnapshotUser[];
  readonly next: MergePlace;
}

/** What a row of a snapshot may hold beside its counts. */
const MAX_PART_BYTES = MAX_JSON_BYTES - 64 * 1024;

/** Merges the sorted runs of a sweep, from a place on. Only one page of each run is in memory. */
export async function* mergeRuns(
  staged: StagedPages,
  sweep: Sweep,
  { pages, after }: MergePlace,
): AsyncGenerator<MergedPart> {
  const cursors = sweep.sortedRuns.map(
    (run, index) => new RunCursor(pages[index] ?? 0, (page) => readStagedSorted(staged, sweep, run, page)),
  );
  await Promise.all(cursors.map((cursor) => cursor.begin(after)));
  let users: SnapshotUser[] = [];
  let bytes = 0;
  let last = after;
  const part = (): MergedPart => ({ users, next: { pages: cursors.map(({ page }) => page), after: last } });
  for (let cursor = first(cursors); cursor?.head !== undefined; cursor = first(cursors)) {
    const { user, order } = cursor.head;
    const size = jsonBytes(packUser(user)) + 2;
    if (users.length === USERS_PER_PART || (users.length > 0 && bytes + size > MAX_PART_BYTES)) {
      yield part();
      users = [];
      bytes = 0;
    }
    users.push(user);
    bytes += size;
    last = order;
    await cursor.advance();
  }
  if (users.length > 0) yield part();
}

/** The cursor with the first user of all. */
function first(cursors: readonly RunCursor[]): RunCursor | undefined {
  let found: RunCursor | undefined;
  for (const cursor of cursors)
    if (cursor.head !== undefined && (found?.head === undefined || cursor.head.order < found.head.order))
      found = cursor;
  return found;
}
