import { entriesOfRow } from '../../audit/storedEntries.ts';
import { cut } from '../../groupBy.ts';
import { readRow } from '../../tables/rows.ts';
import type { SealedRow } from '../digest.ts';
import { earlier, HOUR_MS, hourOf, hoursAfter, later } from '../hours.ts';
import { rowHash } from '../rowHash.ts';
import { brief } from './finding.ts';
import type { Verification } from './verification.ts';
import { verifyCopiesOf } from './verifyCopiesOf.ts';

/** Rows that are read at once. */
const AT_ONCE = 8;
/** A running timer seals each hour within two hours of its end. */
const LATE_MS = 3 * HOUR_MS;

/** A position: the hour, and how many of its rows were checked. */
type HourPosition = readonly [hour: string, checked: number];

/**
 * Checks the digests of the hours in a range, their chain, and that each sealed row is still there, unchanged, with its
 * copies by user.
 * @returns where the next page begins; undefined at the end
 */
export async function verifyHours(
  range: { readonly from: number; readonly to: number },
  position: HourPosition | undefined,
  verification: Verification,
): Promise<HourPosition | undefined> {
  const { first, last } = verification.chain;
  if (first === undefined || last === undefined) return undefined;
  tellLateSealing(range.to, last, verification);
  const begin = later(hourOf(range.from), first);
  const end = earlier(hourOf(range.to), last);
  let [hour, checked] = position ?? [begin, 0];
  for (; hour <= end; hour = hoursAfter(hour, 1), checked = 0) {
    const rest = await verifyHour(hour, checked, verification);
    if (rest !== undefined) return [hour, rest];
  }
  // The digest after the range says whether the last one in it was replaced.
  if (end < last && begin <= end) await verifyLink(hoursAfter(end, 1), verification);
  return undefined;
}

/**
 * Checks the digest of an hour and its rows.
 * @param checked how many of the rows earlier pages have checked
 * @returns how many rows are checked, when the rest is for the next page
 */
async function verifyHour(hour: string, checked: number, verification: Verification): Promise<number | undefined> {
  let done = checked;
  if (verification.isSpent()) return done;
  if (done === 0) await verifyLink(hour, verification);
  const digest = await verification.chain.at(hour);
  if (digest.state !== 'found') return undefined;
  for (const rows of cut(digest.digest.rows.slice(done), AT_ONCE)) {
    if (verification.isSpent()) return done;
    await Promise.all(rows.map((row) => verifyRow(row, hour, verification)));
    done += rows.length;
  }
  return undefined;
}

/** Hours that should have been sealed: as long as they are not, rows of them could be rewritten. */
function tellLateSealing(to: number, last: string, verification: Verification): void {
  const end = Date.parse(last) + HOUR_MS;
  if (to < end || verification.now - end < LATE_MS + HOUR_MS) return;
  verification.find({
    kind: 'sealingLate',
    hour: hoursAfter(last, 1),
    message: `No hour after ${last} is sealed. Check that the function sealAudit runs. If it does, the newest digests were removed.`,
  });
}

/** Checks that a digest follows the one of the hour before. */
async function verifyLink(hour: string, verification: Verification): Promise<void> {
  const { chain } = verification;
  const found = await chain.at(hour);
  verification.spend(1);
  if (found.state !== 'found') return tellLost(hour, found.state, verification);
  verification.counts.digests++;
  const { previous } = found.digest;
  if (previous === null) {
    if (hour !== chain.first)
      verification.find({
        kind: 'digestReplaced',
        hour,
        message: `The digest of ${hour} says that it is the first, and there are older ones.`,
      });
    return;
  }
  const before = await chain.at(previous.hour);
  if (before.state !== 'found') return tellLost(previous.hour, before.state, verification);
  if (before.sha256 !== previous.sha256)
    verification.find({
      kind: 'digestReplaced',
      hour: previous.hour,
      message: `The digest of ${previous.hour} is not the one that the digest of ${hour} follows: one of them was replaced.`,
    });
}

function tellLost(hour: string, state: 'missing' | 'unreadable', verification: Verification): void {
  verification.find(
    state === 'missing'
      ? { kind: 'digestMissing', hour, message: `The digest of ${hour} is missing, and a later one exists.` }
      : {
          kind: 'digestReplaced',
          hour,
          message: `The digest of ${hour} is not in the form in which digests are written.`,
        },
  );
}

/** Checks a row against its digest. */
async function verifyRow(sealed: SealedRow, hour: string, verification: Verification): Promise<void> {
  const { partitionKey, rowKey } = sealed;
  const place = { table: 'auditByTime', partitionKey, rowKey, hour } as const;
  const row = await readRow(verification.byTime, partitionKey, rowKey);
  verification.spend(1);
  if (row === undefined) {
    if (verification.isPurged(partitionKey)) verification.counts.purged++;
    else
      verification.find({
        kind: 'removed',
        ...place,
        message: `A row with ${sealed.entries} entries is missing, and no entry of the retention explains it.`,
      });
    return;
  }
  const entries = entriesOfRow(row);
  if (rowHash({ ...row, partitionKey }) !== sealed.sha256) {
    const about = entries === undefined ? {} : { entries: entries.map(brief) };
    verification.find({ kind: 'changed', ...place, ...about, message: 'A row differs from what was sealed.' });
    return;
  }
  verification.counts.rows++;
  if (entries !== undefined) await verifyCopiesOf(row, entries, verification);
}
