import { laneOf } from '../domain/lane.ts';
import type { ChangedUser, ChangedUsers } from './changedUsers.ts';
import { CLAIM_ABANDONED_AFTER_MS } from './claim.ts';
import type { Manifest, PartSummary, SnapshotStore } from './snapshotStore.ts';
import { orderOf, type SnapshotUser } from './snapshotUser.ts';
import { type FacetFilter, keyMatches } from './userFacets.ts';
import { matchesUser, type UserFilter } from './userFilter.ts';

/** A place in a snapshot: a part, and a user in it. */
export interface Place {
  readonly part: number;
  readonly index: number;
}

export interface FoundUsers {
  readonly users: readonly SnapshotUser[];
  /** Where to continue; undefined at the end of the snapshot. */
  readonly next: Place | undefined;
}

/** The parts that are read for one page at most, when a filter leaves out almost all users. */
const MAX_PARTS = 256;
/** The parts that are in memory at a time, at most. */
const PARTS_AT_ONCE = 8;
/** Up to so many users who newly match are looked up by name; with more, all parts are searched for them. */
const MAX_LOOKED_UP = 100;

interface Stores {
  readonly snapshots: SnapshotStore;
  readonly changedUsers: ChangedUsers;
}

/**
 * Users of a snapshot that match a filter, in the order of names. Changes by this service since the snapshot are shown.
 * @param from where to begin
 * @param limit the most users to return; fewer are returned when the search would read too much
 */
export async function findUsers(
  manifest: Manifest,
  filter: UserFilter,
  { from, limit }: { readonly from: Place; readonly limit: number },
  stores: Stores,
): Promise<FoundUsers> {
  const users: SnapshotUser[] = [];
  for await (const { place, user } of matches(manifest, filter, from, stores)) {
    if (user === undefined || users.length === limit) return { users, next: place };
    users.push(user);
  }
  return { users, next: undefined };
}

/** The users that match, each with its place; at last a place without a user when the search stops there. */
async function* matches(
  manifest: Manifest,
  filter: UserFilter,
  from: Place,
  stores: Stores,
): AsyncGenerator<{ readonly place: Place; readonly user?: SnapshotUser }> {
  const changed = await stores.changedUsers.since(noteworthySince(manifest.asOf));
  const candidates = await candidateParts(manifest, filter, from.part, changed, stores);
  let searched = 0;
  for (let size = 1; searched < candidates.length; size = Math.min(2 * size, PARTS_AT_ONCE)) {
    const batch = candidates.slice(searched, searched + size);
    if (searched >= MAX_PARTS) return yield { place: { part: batch[0] ?? manifest.parts, index: 0 } };
    searched += batch.length;
    for (const { part, users } of await readParts(manifest.id, batch, filter.text, stores.snapshots))
      for (const [index, user] of users.entries()) {
        const shown = withChange(user, changed.get(user.id));
        const isBefore = part === from.part && index < from.index;
        if (!isBefore && matchesUser(shown, filter)) yield { place: { part, index }, user: shown };
      }
  }
}

/** The parts that may have users who match, in their order. */
async function candidateParts(
  manifest: Manifest,
  filter: UserFilter,
  from: number,
  changed: ReadonlyMap<string, ChangedUser>,
  stores: Stores,
): Promise<number[]> {
  if (Object.keys(filter.words).length === 0)
    return Array.from({ length: Math.max(0, manifest.parts - from) }, (_, index) => from + index);
  const summaries: PartSummary[] = [];
  for await (const summary of stores.snapshots.summaries(manifest.id, from))
    if (summary.part < manifest.parts) summaries.push(summary);
  const arrived = await partsOfArrived(summaries, filter.words, changed, stores.changedUsers);
  const { state, ...others } = filter.words;
  const words = arrived === 'any' ? others : filter.words;
  return summaries
    .filter(
      ({ part, counts }) =>
        (arrived !== 'any' && arrived.has(part)) || Object.keys(counts).some((key) => keyMatches(key, words)),
    )
    .map(({ part }) => part);
}

/**
 * The parts of users whose new state matches, which the counts of the snapshot do not show; `any` when they are too many
 * to look up.
 */
async function partsOfArrived(
  summaries: readonly PartSummary[],
  { state: states }: FacetFilter,
  changed: ReadonlyMap<string, ChangedUser>,
  changedUsers: ChangedUsers,
): Promise<ReadonlySet<number> | 'any'> {
  if (states === undefined) return new Set();
  const arrived = [...changed.values()].filter(({ state }) => states.includes(state));
  if (arrived.length > MAX_LOOKED_UP) return 'any';
  const parts = await Promise.all(
    arrived.map(async ({ id }) => {
      const name = await changedUsers.nameOf(laneOf(id), id);
      if (name === undefined) return undefined;
      const order = orderOf({ id, name });
      return summaries.findLast(({ first }) => first <= order)?.part;
    }),
  );
  return new Set(parts.filter((part) => part !== undefined));
}

async function readParts(
  id: string,
  numbers: readonly number[],
  text: string,
  snapshots: SnapshotStore,
): Promise<{ readonly part: number; readonly users: readonly SnapshotUser[] }[]> {
  const read = neighbours(numbers).map(async (run) => {
    const parts = [];
    for await (const part of snapshots.parts(id, { ...run, text })) parts.push(part);
    return parts;
  });
  return (await Promise.all(read)).flat();
}

/** Runs of neighbouring numbers: each is one request. */
function neighbours(numbers: readonly number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last.to + 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}

/** The time from which changes may be newer than what a snapshot has: a change that was under way is noted late. */
function noteworthySince(asOf: string): string {
  return new Date(Date.parse(asOf) - CLAIM_ABANDONED_AFTER_MS).toISOString();
}

function withChange(user: SnapshotUser, change: ChangedUser | undefined): SnapshotUser {
  if (change === undefined || change.at <= user.knownAt) return user;
  const { state, at, enabledSince } = change;
  return {
    ...user,
    state,
    enabledSince,
    registeredSince: state === 'enabled' && enabledSince === user.enabledSince ? user.registeredSince : '',
    changedAt: state === user.state ? user.changedAt : at,
    knownAt: at,
  };
}
