import type { TableClient } from '@azure/data-tables';
import { eachKey } from '../../audit/auditStore.ts';
import { type AuditEntry, auditEntrySchema, PURGE_ID, subjectOf } from '../../audit/entry.ts';
import { laneOf } from '../../domain/lane.ts';
import { isUnreadable } from '../../tables/failures.ts';
import { readRange, readRow, type StoredRow } from '../../tables/rows.ts';
import { fromSplitText } from '../../tables/splitText.ts';
import { hourOf } from '../hours.ts';
import { rowHash } from '../rowHash.ts';
import { type DigestChain, placeOf } from './digestChain.ts';

/**
 * The last day whose rows the retention has removed, by the entries about it; empty when there is none. An entry counts
 * when a digest seals it, or when it is younger than the last digest.
 */
export async function purgedThrough(byTime: TableClient, byUser: TableClient, chain: DigestChain): Promise<string> {
  const subject = subjectOf({ userId: null, reference: '', id: PURGE_ID });
  const entries: (AuditEntry & { readonly purgedThrough: string })[] = [];
  for await (const row of readRange(byUser, laneOf(subject), { from: `${subject}_`, to: `${subject}_~` })) {
    const entry = entryOf(row);
    if (entry?.purgedThrough !== undefined && entry.purgedThrough < entry.at.slice(0, 10))
      entries.push({ ...entry, purgedThrough: entry.purgedThrough });
  }
  entries.sort((a, b) => (a.purgedThrough < b.purgedThrough ? 1 : -1));
  for (const entry of entries) if (await isSealed(entry, byTime, chain)) return entry.purgedThrough;
  return '';
}

async function isSealed(entry: AuditEntry, byTime: TableClient, chain: DigestChain): Promise<boolean> {
  const day = entry.at.slice(0, 10);
  const key = eachKey(entry);
  const row = await readRow(byTime, day, key);
  const recordedAt = Date.parse(String(row?.recordedAt));
  if (row === undefined || Number.isNaN(recordedAt)) return false;
  const hour = hourOf(recordedAt);
  if (chain.last === undefined || hour > chain.last) return true;
  const digest = await chain.at(hour);
  return digest.state === 'found' && digest.rows.get(placeOf(day, key)) === rowHash(row);
}

function entryOf(row: StoredRow): AuditEntry | undefined {
  try {
    return auditEntrySchema.parse(fromSplitText('entry', row));
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
