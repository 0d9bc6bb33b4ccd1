import type { TableClient } from '@azure/data-tables';
import { groupBy } from '../groupBy.ts';
import { cutBySize } from '../tables/cutBySize.ts';
import { insertMissing } from '../tables/insert.ts';
import { readRange, readRow } from '../tables/rows.ts';
import { jsonBytes, MAX_JSON_BYTES } from '../tables/sizes.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { type AuditEntry, auditEntrySchema, entryKey, invertTime, laneOfEntry, subjectOf, suffixOf } from './entry.ts';
import { LateDays } from './lateDays.ts';
import { isOutOfOrder, noteOutOfOrder } from './outOfOrder.ts';
import { readEntries } from './storedEntries.ts';

/** An entry usually takes up to 2 KB, and much more with long names and reasons. */
const ROW_LIMIT = { items: 100, bytes: MAX_JSON_BYTES };

/**
 * The audit record, stored twice: by user (table `audit`, partition = lane, a row per entry, so that one user's history
 * is one range), and by time (table `auditByTime`, partition = day, a row per batch of entries with the same time). Rows are
 * only inserted, never changed. A row by time also has the column `recordedAt`, ISO 8601: entries can be recorded long after
 * what they are about.
 *
 * The row by time is stored first, and then its copy by user, of the entries that are stored: so a copy without its row by
 * time was not made here (`shared/proof/`).
 */
export class AuditStore {
  readonly #open: OpenTable;
  readonly #now: () => number;
  readonly #lateDays: LateDays;

  /** @param now milliseconds since 1970 */
  constructor(open: OpenTable, now: () => number) {
    this.#open = open;
    this.#now = now;
    this.#lateDays = new LateDays(open);
  }

  /**
   * Records the entries of a batch that are not recorded yet.
   * @param batch a name that is the same in each repeated call, such as the key of the chunk
   */
  async record(batch: string, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.copyByUser(await this.#recordByTime(batch, entries));
  }

  /** Stores the copies by user that are missing. */
  async copyByUser(entries: readonly AuditEntry[]): Promise<void> {
    const table = await this.#open('audit');
    await Promise.all(
      [...groupBy(entries, laneOfEntry)].map(([lane, members]) =>
        insertMissing(
          table,
          members.map((entry) => ({
            partitionKey: lane,
            rowKey: entryKey(entry),
            ...toSplitText('entry', entry),
          })),
        ),
      ),
    );
  }

  /** @returns the entries as they are stored, which may be those of an earlier call */
  async #recordByTime(batch: string, entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
    const table = await this.#open('auditByTime');
    const stored: AuditEntry[] = [];
    await Promise.all(
      [...groupBy(entries, (entry) => entry.at)].map(async ([at, members]) => {
        const partitionKey = at.slice(0, 10);
        let missing: readonly AuditEntry[] = members;
        // A row that is there may have some of the entries: those of a call before others of the same moment were decided.
        for (let number = 0; missing.length > 0; number++) {
          const [part = []] = cutBySize(missing, ROW_LIMIT, jsonBytes);
          const rowKey = `${invertTime(at)}_${batch}_${String(number).padStart(3, '0')}`;
          const recordedAt = await this.#recordedAt(rowKey, at);
          const row = { partitionKey, rowKey, recordedAt, ...toSplitText('entries', part) };
          const [present] = await insertMissing(table, [row]);
          const kept = present === undefined ? part : await entriesIn(table, partitionKey, rowKey);
          stored.push(...kept);
          const keys = new Set(kept.map(entryKey));
          missing = missing.filter((entry) => !keys.has(entryKey(entry)));
        }
      }),
    );
    return stored;
  }

  /**
   * Records entries that belong to no batch, with one row per entry in both tables. A repeated call changes nothing, also
   * with other entries beside them.
   */
  async recordEach(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.copyByUser(await this.#recordEachByTime(entries));
  }

  /** @returns the entries as they are stored, which may be those of an earlier call */
  async #recordEachByTime(entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
    const table = await this.#open('auditByTime');
    const stored = await Promise.all(
      [...groupBy(entries, (entry) => entry.at.slice(0, 10))].map(async ([day, members]) => {
        const rows = await Promise.all(
          members.map(async (entry) => {
            const rowKey = eachKey(entry);
            const recordedAt = await this.#recordedAt(rowKey, entry.at);
            return { partitionKey: day, rowKey, recordedAt, ...toSplitText('entries', [entry]) };
          }),
        );
        const present = await insertMissing(table, rows);
        const kept: AuditEntry[] = [];
        for (const { rowKey } of present) kept.push(...(await entriesIn(table, day, String(rowKey))));
        const keys = new Set(present.map(({ rowKey }) => rowKey));
        return [...members.filter((entry) => !keys.has(eachKey(entry))), ...kept];
      }),
    );
    return stored.flat();
  }

  /**
   * The time now, for a row that is about to be inserted. When `at` is another time, the index and the digests get a note
   * first, which leads them to the row.
   */
  async #recordedAt(rowKey: string, at: string): Promise<string> {
    const recordedAt = new Date(this.#now()).toISOString();
    await this.#lateDays.mark(at.slice(0, 10), recordedAt);
    if (isOutOfOrder(at, recordedAt)) await noteOutOfOrder(this.#open, rowKey, recordedAt);
    return recordedAt;
  }

  /** The history of one subject (an object id, or the key of an unresolved reference), newest first. */
  async *history(lane: string, subject: string): AsyncGenerator<AuditEntry> {
    const range = { from: `${subject}_`, to: `${subject}_~` };
    for await (const row of readRange(await this.#open('audit'), lane, range))
      yield auditEntrySchema.parse(fromSplitText('entry', row));
  }
}

/** The key by time of an entry that belongs to no batch. */
export function eachKey(entry: AuditEntry): string {
  return `${invertTime(entry.at)}_${subjectOf(entry)}_${entry.event}${suffixOf(entry)}`;
}

async function entriesIn(table: TableClient, partitionKey: string, rowKey: string): Promise<AuditEntry[]> {
  const row = await readRow(table, partitionKey, rowKey);
  return row === undefined ? [] : readEntries(row);
}
