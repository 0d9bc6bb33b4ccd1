import type { z } from 'zod';
import { removeRows } from '../../tables/remove.ts';
import { readRange, readRow } from '../../tables/rows.ts';
import { fromSplitText, toSplitText } from '../../tables/splitText.ts';
import type { OpenTable } from '../../tables/tables.ts';
import { submitInOrder } from '../../tables/transaction.ts';
import type { Sweep } from '../sweep.ts';

/** All pages of one kind from one listing. */
interface StagedSet {
  readonly sweepId: string;
  readonly kind: 'users' | 'states' | 'report' | 'trail' | 'asked' | 'methods' | 'sorted' | 'promote' | 'refused';
  readonly attempt: number;
}

export function stagedOf({ id, attempt }: Sweep, kind: StagedSet['kind']): StagedSet {
  return { sweepId: id, kind, attempt };
}

/**
 * The data that a sweep has read and not reconciled yet, sorted by lane so that only one lane is in memory: table
 * `sweepPages`, partition = sweep, row key = lane, kind, attempt and page. The rows of a page are one transaction.
 */
export class StagedPages {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Stages a page, or replaces it. */
  async put(set: StagedSet, page: number, byLane: ReadonlyMap<string, unknown>): Promise<void> {
    const actions = [...byLane].map(([lane, value]) => ({
      partitionKey: set.sweepId,
      rowKey: keyOf(lane, set, page),
      ...toSplitText('page', value),
    }));
    await submitInOrder(
      await this.#open('sweepPages'),
      actions.map((row) => ['upsert', row, 'Replace']),
    );
  }

  /** The pages of one lane, in the order of their numbers. */
  async *read<T>(set: StagedSet, lane: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    const prefix = prefixOf(lane, set);
    const range = { from: prefix, to: `${prefix}~` };
    for await (const row of readRange(await this.#open('sweepPages'), set.sweepId, range))
      yield schema.parse(fromSplitText('page', row));
  }

  /** One page of one lane; undefined when there is none. */
  async readOne<T>(set: StagedSet, lane: string, page: number, schema: z.ZodType<T>): Promise<T | undefined> {
    const row = await readRow(await this.#open('sweepPages'), set.sweepId, keyOf(lane, set, page));
    return row && schema.parse(fromSplitText('page', row));
  }

  /** The pages of one lane from every listing of the sweep, the last listing at the end. */
  async *readAttempts<T>(set: StagedSet, lane: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    for (let attempt = 0; attempt <= set.attempt; attempt++) yield* this.read({ ...set, attempt }, lane, schema);
  }

  /** Removes all pages of a sweep. */
  async clear(sweepId: string): Promise<void> {
    const table = await this.#open('sweepPages');
    const keys: string[] = [];
    for await (const row of readRange(table, sweepId, { from: '', to: '~', select: ['RowKey'] })) keys.push(row.rowKey);
    await removeRows(table, sweepId, keys);
  }
}

function keyOf(lane: string, set: StagedSet, page: number): string {
  return `${prefixOf(lane, set)}${String(page).padStart(6, '0')}`;
}

function prefixOf(lane: string, { kind, attempt }: StagedSet): string {
  return `${lane}_${kind}-${String(attempt).padStart(3, '0')}-`;
}
