import type { TransactionAction } from '@azure/data-tables';
import type { Operation } from '../domain/operation.ts';
import { textOf } from '../tables/columns.ts';
import { isConflict, isNotFound } from '../tables/failures.ts';
import { removeRow } from '../tables/remove.ts';
import { insertIfAbsent, readRange, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

/** Sequences are milliseconds since 1970 in 15 digits, made greater where needed, so text order is their order. */
const DIGITS = 15;
const LARGEST = 10 ** DIGITS - 1;
const PARTITION = 'index';
const COUNTER = 'sequence';
const NEWEST_FIRST = 'newest-';
/** Ranks taken in one transaction of at most 100 rows; one row is the counter. */
const MOST_RANKS = 99;

interface Waiting {
  readonly operationId: string;
  readonly resolve: (sequence: string) => void;
  readonly reject: (error: unknown) => void;
}

/** An operation in the list of all, newest first. */
export interface IndexEntry {
  readonly operationId: string;
  readonly sequence: string;
  /** The key of the entry, which is also the position after which a listing continues. */
  readonly key: string;
  /** Whether the operation is known to be finished. */
  readonly over: boolean;
}

/**
 * Gives each operation its rank, and lists operations by it: table `operations`, partition `index`. One transaction writes
 * the counter and the entry, so every rank has an entry even if the process ends at once.
 */
export class OperationIndex {
  readonly #open: OpenTable;
  readonly #now: () => number;
  /** The counter as this process last saw it. It is usually still right, which saves a read. */
  #counter: { value: number; etag: string } | undefined;
  /** Callers that wait for a rank. They gather here while a transaction is under way and share the next one. */
  readonly #waiting: Waiting[] = [];
  #isTaking = false;

  constructor(open: OpenTable, now: () => number) {
    this.#open = open;
    this.#now = now;
  }

  /**
   * Takes the next rank: greater than every rank taken before by any instance, whatever its clock says.
   * @returns the sequence, 15 digits
   */
  next(operationId: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operationId, resolve, reject });
      if (!this.#isTaking) void this.#takeAll();
    });
  }

  async #takeAll(): Promise<void> {
    this.#isTaking = true;
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, MOST_RANKS);
      try {
        const sequences = await this.#take(some.map(({ operationId }) => operationId));
        for (const [number, { resolve }] of some.entries()) resolve(sequences[number] as string);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.#isTaking = false;
  }

  /** Takes a rank for each, in their order. */
  async #take(operationIds: readonly string[]): Promise<string[]> {
    const table = await this.#open('operations');
    for (;;) {
      const seen = this.#counter ?? (await this.#read());
      const first = Math.max((seen?.value ?? 0) + 1, this.#now());
      const last = first + operationIds.length - 1;
      const counter = { partitionKey: PARTITION, rowKey: COUNTER, sequence: format(last) };
      const sequences = operationIds.map((_, number) => format(first + number));
      const entries = sequences.map((sequence, number) => entryRow(operationIds[number] as string, sequence));
      this.#counter = undefined;
      try {
        const answer = await table.submitTransaction([
          seen === undefined ? ['create', counter] : ['update', counter, 'Replace', { etag: seen.etag }],
          ...entries.map((entry): TransactionAction => ['create', entry]),
        ]);
        const etag = answer.subResponses[0]?.etag;
        if (etag !== undefined) this.#counter = { value: last, etag };
        return sequences;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  async #read(): Promise<{ value: number; etag: string } | undefined> {
    const row = await readRow(await this.#open('operations'), PARTITION, COUNTER);
    return row && { value: Number(row.sequence), etag: row.etag };
  }

  /** Entries from the newest to the oldest, starting after `after` (an entry's key). */
  async *newestFirst(after = NEWEST_FIRST): AsyncGenerator<IndexEntry> {
    const range = { from: `${after}!`, to: `${NEWEST_FIRST}~` };
    for await (const row of readRange(await this.#open('operations'), PARTITION, range))
      yield {
        operationId: textOf(row, 'operationId'),
        sequence: textOf(row, 'sequence'),
        key: row.rowKey,
        over: row.over === true,
      };
  }

  /**
   * Entries of operations requested before a time, from the newest to the oldest.
   * @param time milliseconds since 1970
   */
  olderThan(time: number): AsyncGenerator<IndexEntry> {
    return this.newestFirst(keyOf(format(time)));
  }

  /** Marks an operation as finished, so that recovery skips it. An entry that was removed meanwhile stays removed. */
  async markOver(key: string): Promise<void> {
    const table = await this.#open('operations');
    try {
      await table.updateEntity({ partitionKey: PARTITION, rowKey: key, over: true }, 'Merge');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Inserts the entry of an operation again if recovery removed it, because the operation was stored late. */
  async restore({ id, rank }: Pick<Operation, 'id' | 'rank'>): Promise<void> {
    await insertIfAbsent(await this.#open('operations'), entryRow(id, rank));
  }

  /** Removes the entry of a purged operation, or of a request that was cut off before its operation was stored. */
  async remove(key: string): Promise<void> {
    await removeRow(await this.#open('operations'), PARTITION, key);
  }
}

function entryRow(operationId: string, sequence: string) {
  return { partitionKey: PARTITION, rowKey: keyOf(sequence), operationId, sequence };
}

function format(value: number): string {
  return String(value).padStart(DIGITS, '0');
}

function keyOf(sequence: string): string {
  return `${NEWEST_FIRST}${format(LARGEST - Number(sequence))}`;
}
