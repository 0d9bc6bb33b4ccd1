import { z } from 'zod';
import { RequestError } from '../errors.ts';
import type { SweepStore } from '../registration/sweepStore.ts';
import type { ChangedUsers } from '../users/changedUsers.ts';
import type { Place } from '../users/findUsers.ts';
import type { Manifest, SnapshotStore } from '../users/snapshotStore.ts';
import { type ListQuery, readPageToken } from './pageToken.ts';

/** Where lists of users come from. */
export interface UserSources {
  readonly sweeps: SweepStore;
  readonly snapshots: SnapshotStore;
  readonly changedUsers: ChangedUsers;
}

/** A snapshot, and where a list of it continues. */
export interface SnapshotPlace {
  readonly manifest: Manifest;
  readonly from: Place;
}

const number = z.string().regex(/^\d{1,7}$/);
const positionSchema = z.tuple([z.guid(), number, number]);

export const LIST_EXPIRED =
  'The list that this page belongs to is no longer stored, because two newer registration sweeps are complete. Read the list again from its first page, without the parameter page.';

/** The newest complete snapshot; undefined before the first. */
export async function newestSnapshot({
  sweeps,
  snapshots,
}: Pick<UserSources, 'sweeps' | 'snapshots'>): Promise<Manifest | undefined> {
  const [newest] = (await sweeps.completed())?.snapshots ?? [];
  return newest === undefined ? undefined : snapshots.manifest(newest);
}

/**
 * The snapshot that a page token names, or the newest one without a token: all pages of a list are of one snapshot.
 * @returns undefined before the first complete snapshot
 * @throws InvalidRequestError for a token of another list
 * @throws RequestError when the snapshot of the token is no longer stored
 */
export async function snapshotFor(
  list: ListQuery,
  page: string | undefined,
  sources: UserSources,
): Promise<SnapshotPlace | undefined> {
  const position = readPageToken(list, page, positionSchema);
  if (position === undefined) {
    const manifest = await newestSnapshot(sources);
    return manifest && { manifest, from: { part: 0, index: 0 } };
  }
  const [id, part, index] = position;
  const manifest = await sources.snapshots.manifest(id);
  if (manifest === undefined) throw new RequestError(410, 'ListExpired', LIST_EXPIRED, { target: 'page' });
  return { manifest, from: { part: Number(part), index: Number(index) } };
}

/** The position of a place, for a page token. */
export function positionOf({ id }: Manifest, { part, index }: Place): readonly string[] {
  return [id, String(part), String(index)];
}
