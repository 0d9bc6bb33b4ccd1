import { z } from 'zod';
import { removeRows } from '../tables/remove.ts';
import { readRange } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { facetsSchema } from '../users/snapshotStore.ts';

/** How many users had which properties, as of the last sweep that began on a day. */
const coverageSchema = z.object({
  /** When the listing of the sweep began, ISO 8601. */
  asOf: z.string(),
  sweep: z.number(),
  counts: facetsSchema,
});
export type Coverage = z.infer<typeof coverageSchema>;

const PARTITION = 'coverage';

/** The counts of users over time: table `sweeps`, partition `coverage`, one row a day. */
export class CoverageStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Stores the counts of a day, or replaces those of an earlier sweep on that day. */
  async record(coverage: Coverage): Promise<void> {
    const row = { partitionKey: PARTITION, rowKey: dayOf(coverage.asOf), ...toSplitText('counts', coverage) };
    await (await this.#open('sweeps')).upsertEntity(row, 'Replace');
  }

  /** The days from one to another (YYYY-MM-DD, both inclusive), oldest first. */
  async *days(from: string, to: string): AsyncGenerator<{ readonly day: string; readonly coverage: Coverage }> {
    for await (const row of readRange(await this.#open('sweeps'), PARTITION, { from, to: `${to}~` }))
      yield { day: row.rowKey, coverage: coverageSchema.parse(fromSplitText('counts', row)) };
  }

  /** Removes days before a time, ISO 8601. */
  async forget(before: string): Promise<void> {
    const keys: string[] = [];
    const table = await this.#open('sweeps');
    const range = { from: '', to: dayOf(before), select: ['RowKey'] };
    for await (const row of readRange(table, PARTITION, range)) keys.push(row.rowKey);
    await removeRows(table, PARTITION, keys);
  }
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}
