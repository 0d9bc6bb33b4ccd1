import { z } from 'zod';
import { cutBySize } from '../../tables/cutBySize.ts';
import { jsonBytes, MAX_JSON_BYTES } from '../../tables/sizes.ts';
import { orderOf, packedUserSchema, packUser, type SnapshotUser, unpackUser } from '../../users/snapshotUser.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

/** The merge has a page of each lane in memory. */
const LIMIT = { items: 500, bytes: MAX_JSON_BYTES };

const sortedSchema = z.object({
  users: z.array(packedUserSchema),
  /** Whether another page follows. */
  more: z.boolean(),
});

/** A page of a run. */
export interface SortedPage {
  readonly users: readonly SnapshotUser[];
  readonly more: boolean;
}

/**
 * Stages a run: the users of neighbouring lanes for the snapshot, sorted as the snapshot is.
 * @param run the lanes, such as `00-03`: another invocation that takes other lanes at a time stages other runs
 */
export async function putStagedSorted(
  staged: StagedPages,
  sweep: Sweep,
  run: string,
  users: readonly SnapshotUser[],
): Promise<void> {
  const keyed = users.map((user) => ({ order: orderOf(user), packed: packUser(user) }));
  keyed.sort((a, b) => (a.order < b.order ? -1 : 1));
  const pages = cutBySize(
    keyed.map(({ packed }) => packed),
    LIMIT,
    (packed) => jsonBytes(packed) + 2,
  );
  for (const [page, members] of pages.entries()) {
    const value = { users: members, more: page < pages.length - 1 };
    await staged.put(stagedOf(sweep, 'sorted'), page, new Map([[run, value]]));
  }
}

/** A page of a run; undefined for a run without users. */
export async function readStagedSorted(
  staged: StagedPages,
  sweep: Sweep,
  run: string,
  page: number,
): Promise<SortedPage | undefined> {
  const found = await staged.readOne(stagedOf(sweep, 'sorted'), run, page, sortedSchema);
  return found && { users: found.users.map(unpackUser), more: found.more };
}
