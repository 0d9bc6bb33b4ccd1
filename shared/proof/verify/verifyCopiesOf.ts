import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type AuditEntry, entryKey, laneOfEntry } from '../../audit/entry.ts';
import { cut } from '../../groupBy.ts';
import { isUnreadable } from '../../tables/failures.ts';
import { readRow, type StoredRow } from '../../tables/rows.ts';
import { fromSplitText, toSplitText } from '../../tables/splitText.ts';
import { contentColumns } from '../rowHash.ts';
import { brief } from './finding.ts';
import { rowsAt } from './rowsAt.ts';
import type { Verification } from './verification.ts';

/** Copies that are read at once. */
const AT_ONCE = 25;

/**
 * Checks that each entry of a sealed row has its copy by user, and that the copy says the same. Another table of copies
 * is compared here too.
 */
export async function verifyCopiesOf(
  row: StoredRow,
  entries: readonly AuditEntry[],
  verification: Verification,
): Promise<void> {
  const originals = z.array(z.unknown()).parse(fromSplitText('entries', row));
  const pairs = entries.map((entry, index) => ({ entry, original: originals[index] }));
  for (const part of cut(pairs, AT_ONCE))
    await Promise.all(part.map(({ entry, original }) => verifyCopy(entry, original, verification)));
}

async function verifyCopy(entry: AuditEntry, original: unknown, verification: Verification): Promise<void> {
  const place = { table: 'audit', partitionKey: laneOfEntry(entry), rowKey: entryKey(entry) } as const;
  const copy = await readRow(verification.byUser, place.partitionKey, place.rowKey);
  verification.spend(1);
  if (copy === undefined) {
    if (verification.isPurged(entry.at.slice(0, 10))) verification.counts.purged++;
    else
      verification.find({
        kind: 'removed',
        ...place,
        entries: [brief(entry)],
        message: 'The copy of an entry in the history of its user is missing.',
      });
  } else if (saysTheSame(copy, original) || (await isCopyOfAnother(copy, entry, verification)))
    verification.counts.copies++;
  else
    verification.find({
      kind: 'changed',
      ...place,
      entries: [brief(entry)],
      message: 'The copy of an entry in the history of its user differs from the sealed entry.',
    });
}

/** Whether a copy has the same content and no other columns. */
function saysTheSame(copy: StoredRow, original: unknown): boolean {
  try {
    const content = fromSplitText('entry', copy);
    const names = contentColumns(copy).map(([name]) => name);
    return (
      isDeepStrictEqual(content, original) &&
      isDeepStrictEqual(names, Object.keys(toSplitText('entry', content)).sort())
    );
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

/** Two rows can have entries with the same key; the copy is of the one that was stored first. */
async function isCopyOfAnother(copy: StoredRow, entry: AuditEntry, verification: Verification): Promise<boolean> {
  for await (const { row, entries } of rowsAt(entry.at, verification)) {
    const originals = z.array(z.unknown()).parse(fromSplitText('entries', row));
    if (entries.some((one, index) => entryKey(one) === copy.rowKey && saysTheSame(copy, originals[index]))) return true;
  }
  return false;
}
