import { entryKey, timeInEntryKey } from '../../audit/entry.ts';
import { LANES, laneName } from '../../domain/lane.ts';
import { cut, groupBy } from '../../groupBy.ts';
import { readRange } from '../../tables/rows.ts';
import { rowsAt } from './rowsAt.ts';
import type { Verification } from './verification.ts';

/** Keys that are read together, and what they cost beside rows that are read as a whole. */
const PAGE_SIZE = 1_000;
const COST = 50;
/** Moments whose rows are read at once. */
const AT_ONCE = 16;

/** A position: the number of the lane, and the last key that was checked. */
type LanePosition = readonly [lane: number, after: string];

/**
 * Checks that each entry in the histories of users, in a range of time, has its original by time.
 * @returns where the next page begins; undefined at the end
 */
export async function verifyHistories(
  range: { readonly from: number; readonly to: number },
  position: LanePosition | undefined,
  verification: Verification,
): Promise<LanePosition | undefined> {
  let [lane, after] = position ?? [0, ''];
  for (; lane < LANES; lane++, after = '') {
    for (;;) {
      if (verification.isSpent()) return [lane, after];
      const keys = await keysAfter(laneName(lane), after, verification);
      await verifyKeys(laneName(lane), keys, range, verification);
      if (keys.length < PAGE_SIZE) break;
      after = keys.at(-1) ?? '';
    }
  }
  return undefined;
}

async function keysAfter(lane: string, after: string, verification: Verification): Promise<string[]> {
  const range = { from: after === '' ? '' : `${after}!`, to: '~', select: ['RowKey'], pageSize: PAGE_SIZE };
  const keys: string[] = [];
  verification.spend(1);
  for await (const { rowKey } of readRange(verification.byUser, lane, range)) {
    keys.push(rowKey);
    if (keys.length === PAGE_SIZE) {
      verification.spend(COST);
      break;
    }
  }
  return keys;
}

async function verifyKeys(
  lane: string,
  keys: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
  verification: Verification,
): Promise<void> {
  const moments = groupBy(keys, timeInEntryKey);
  for (const key of moments.get(undefined) ?? []) tellAdded(lane, key, 'has a key that no entry has', verification);
  const within = [...moments.keys()].filter((time) => time !== undefined && time >= from && time <= to);
  for (const part of cut(within, AT_ONCE))
    await Promise.all(
      part.map(async (time) => {
        const originals = await originalsAt(time, verification);
        for (const key of moments.get(time) ?? [])
          if (!originals.has(key)) tellAdded(lane, key, 'has no original among the entries by time', verification);
      }),
    );
}

/** The keys of the entries of one moment. */
async function originalsAt(time: number | undefined, verification: Verification): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { entries } of rowsAt(new Date(time ?? 0).toISOString(), verification))
    for (const entry of entries) keys.add(entryKey(entry));
  return keys;
}

function tellAdded(lane: string, rowKey: string, what: string, verification: Verification): void {
  verification.find({
    kind: 'added',
    table: 'audit',
    partitionKey: lane,
    rowKey,
    message: `An entry in the history of its user ${what}: it was added, or its original was changed or removed.`,
  });
}
