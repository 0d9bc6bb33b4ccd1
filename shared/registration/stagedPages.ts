import type { z } from 'zod';
import { removeRows } from '../tables/remove.ts';
import { readRange } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { submitInOrder } from '../tables/transaction.ts';
import { fromWideText, toWideText } from '../tables/wideText.ts';

/** What can be staged, and by which attempt at listing it was read. */
export interface Pile {
  readonly sweepId: string;
  readonly kind: 'users' | 'report' | 'asked' | 'promote';
  readonly attempt: number;
}

/**
 * What a sweep has read and not dealt with yet, sorted by lane so that one lane is in memory at a time: table
 * `sweepPages`, partition = sweep, row key = lane, kind, attempt and page. The rows of a page are one transaction.
 */
export class StagedPages {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Stages a page. Staging it again replaces it. */
  async put(pile: Pile, page: number, byLane: ReadonlyMap<string, unknown>): Promise<void> {
    const actions = [...byLane].map(([lane, value]) => ({
      partitionKey: pile.sweepId,
      rowKey: `${prefixOf(lane, pile)}${String(page).padStart(6, '0')}`,
      ...toWideText('page', value),
    }));
    await submitInOrder(
      await this.#open('sweepPages'),
      actions.map((row) => ['upsert', row, 'Replace']),
    );
  }

  /** The pages of one lane, in the order of their numbers. */
  async *read<T>(pile: Pile, lane: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    const prefix = prefixOf(lane, pile);
    const range = { from: prefix, to: `${prefix}~` };
    for await (const row of readRange(await this.#open('sweepPages'), pile.sweepId, range))
      yield schema.parse(fromWideText('page', row));
  }

  /** Removes all that a sweep has staged. */
  async clear(sweepId: string): Promise<void> {
    const table = await this.#open('sweepPages');
    const keys: string[] = [];
    for await (const row of readRange(table, sweepId, { from: '', to: '~', select: ['RowKey'] })) keys.push(row.rowKey);
    await removeRows(table, sweepId, keys);
  }
}

function prefixOf(lane: string, { kind, attempt }: Pile): string {
  return `${lane}_${kind}-${String(attempt).padStart(3, '0')}-`;
}
