import { timeInKey } from '../../audit/entry.ts';
import { readPartitions, readRange, type StoredRow } from '../../tables/rows.ts';
import { HOUR_MS, hourOf } from '../hours.ts';
import { placeOf } from './digestChain.ts';
import type { Verification } from './verification.ts';

const DAY_MS = 24 * HOUR_MS;
/** Rows whose keys are read together, and what they cost beside rows that are read as a whole. */
const PAGE_SIZE = 1_000;
const COST = 50;

/** A position: the day, and the last key that was checked. */
type DayPosition = readonly [day: string, after: string];

/**
 * Checks that each row by time of the days in a range is in the digest of the hour in which it was recorded.
 * @returns where the next page begins; undefined at the end
 */
export async function verifyDays(
  range: { readonly from: number; readonly to: number },
  position: DayPosition | undefined,
  verification: Verification,
): Promise<DayPosition | undefined> {
  const end = `${dayOf(range.to)}~`;
  let [day, after]: [string | undefined, string] = position === undefined ? ['', ''] : [...position];
  // Partitions whose name is no day are looked at too: nothing of them is in a digest.
  if (day === '') day = await nextDay(`${dayOf(range.from - DAY_MS)}~`, end, verification);
  for (; day !== undefined; day = await nextDay(day, end, verification), after = '') {
    const rest = await verifyDay(day, after, verification);
    if (rest !== undefined) return [day, rest];
  }
  return undefined;
}

/** The next day that has rows, before a partition. */
async function nextDay(previous: string, end: string, verification: Verification): Promise<string | undefined> {
  verification.spend(1);
  const [row] = await readPartitions(verification.byTime, { after: previous, to: end }, 1);
  return row === undefined ? undefined : String(row.partitionKey);
}

/** @returns the key of the last row that is checked, when the rest is for the next page */
async function verifyDay(day: string, after: string, verification: Verification): Promise<string | undefined> {
  if (verification.isSpent()) return after;
  const keys = { from: after === '' ? '' : `${after}!`, to: '~', select: ['PartitionKey', 'RowKey', 'recordedAt'] };
  let rows = 0;
  for await (const row of readRange(verification.byTime, day, { ...keys, pageSize: PAGE_SIZE })) {
    await verifyIsSealed(day, row, verification);
    rows++;
    if (rows % PAGE_SIZE === 0) {
      verification.spend(COST);
      if (verification.isSpent()) return row.rowKey;
    }
  }
  return undefined;
}

async function verifyIsSealed(day: string, row: StoredRow, verification: Verification): Promise<void> {
  const { chain, counts } = verification;
  const recordedAt = Date.parse(String(row.recordedAt));
  const hour = Number.isNaN(recordedAt) ? '' : hourOf(recordedAt);
  const what = await standingOf(day, row.rowKey, { hour, recordedAt }, verification);
  if (what === 'notSealed' || what === 'beforeProof') counts[what]++;
  else if (what !== 'sealed')
    verification.find({
      kind: 'added',
      table: 'auditByTime',
      partitionKey: day,
      rowKey: row.rowKey,
      ...(hour === '' || chain.first === undefined ? {} : { hour }),
      message: `A row ${what}: it was added later.`,
    });
}

/**
 * How a row stands to the digests: sealed, not sealed yet, older than the proof, or why it was added later.
 * @param recorded the time that the row names, and its hour; empty when it names none
 */
async function standingOf(
  day: string,
  rowKey: string,
  { hour, recordedAt }: { readonly hour: string; readonly recordedAt: number },
  { chain, now }: Verification,
): Promise<string> {
  const { first, last } = chain;
  if (first === undefined || last === undefined) return 'notSealed';
  if (recordedAt > now + HOUR_MS) return 'says that it was recorded in the future';
  if (hour > last) return 'notSealed';
  // Nothing is recorded before it happens: only rows about the time before the proof can be older than the proof.
  if (hour < first)
    return timeInKey(rowKey) < Date.parse(first) ? 'beforeProof' : 'says that it is older than the proof';
  const digest = await chain.at(hour);
  if (digest.state !== 'found') return 'notSealed';
  return digest.rows.has(placeOf(day, rowKey)) ? 'sealed' : 'is not in the digest of the hour of its recording';
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
