import { cut, groupBy } from '../groupBy.ts';
import { readRange } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { submitInOrder } from '../tables/transaction.ts';
import { type AuditEntry, auditEntrySchema, entryKey, invertTime, laneOfEntry, subjectOf } from './entry.ts';

/** An entry takes up to 2 KB, and a row at most 1 MiB. */
const ENTRIES_PER_ROW = 100;

/**
 * The audit record, twice: by user (table `audit`, partition = lane, a row per entry, so that one user's history is one
 * range), and by time (table `auditByTime`, partition = day, a row per batch of entries of one moment).
 */
export class AuditStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /**
   * Records entries that belong together. Recording them again changes nothing, as long as all entries of the batch that
   * happened at the same time are there again.
   * @param batch a name that is the same whenever these entries are recorded, such as the chunk they come from
   */
  async record(batch: string, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await Promise.all([this.#recordByUser(entries), this.#recordByTime(batch, entries)]);
  }

  async #recordByUser(entries: readonly AuditEntry[]): Promise<void> {
    const table = await this.#open('audit');
    await Promise.all(
      [...groupBy(entries, laneOfEntry)].map(([lane, members]) =>
        submitInOrder(
          table,
          members.map((entry) => [
            'upsert',
            { partitionKey: lane, rowKey: entryKey(entry), ...toSplitText('entry', entry) },
            'Replace',
          ]),
        ),
      ),
    );
  }

  async #recordByTime(batch: string, entries: readonly AuditEntry[]): Promise<void> {
    const table = await this.#open('auditByTime');
    const rows = [...groupBy(entries, (entry) => entry.at)].flatMap(([at, members]) =>
      cut(members, ENTRIES_PER_ROW).map((part, number) => ({
        partitionKey: at.slice(0, 10),
        rowKey: `${invertTime(at)}_${batch}_${String(number).padStart(3, '0')}`,
        ...toSplitText('entries', part),
      })),
    );
    await Promise.all(rows.map((row) => table.upsertEntity(row, 'Replace')));
  }

  /**
   * Records entries that do not come from a batch and may come in any company: a row each in both tables. Recording them
   * again changes nothing.
   */
  async recordEach(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const table = await this.#open('auditByTime');
    for (const [day, members] of groupBy(entries, (entry) => entry.at.slice(0, 10)))
      await submitInOrder(
        table,
        members.map((entry) => [
          'upsert',
          {
            partitionKey: day,
            rowKey: `${invertTime(entry.at)}_${subjectOf(entry)}_${entry.event}`,
            ...toSplitText('entries', [entry]),
          },
          'Replace',
        ]),
      );
    await this.#recordByUser(entries);
  }

  /** The history of one subject (an object id, or the key of an unresolved reference), newest first. */
  async *history(lane: string, subject: string): AsyncGenerator<AuditEntry> {
    const range = { from: `${subject}_`, to: `${subject}_~` };
    for await (const row of readRange(await this.#open('audit'), lane, range))
      yield auditEntrySchema.parse(fromSplitText('entry', row));
  }
}
