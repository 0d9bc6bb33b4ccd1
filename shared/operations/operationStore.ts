import type { TableClient, TransactionAction } from '@azure/data-tables';
import { BoundedMap } from '../boundedMap.ts';
import { isReadyToCarryOut } from '../domain/approval.ts';
import type { Operation } from '../domain/operation.ts';
import { finalKinds, latestOutcomeAt, type Outcome, readFinalKinds } from '../domain/outcome.ts';
import { type ReferencePage, type Resolution, referencePageSchema, resolutionSchema } from '../domain/referencePage.ts';
import { textOf } from '../tables/columns.ts';
import { isConflict } from '../tables/failures.ts';
import { removeRow, removeRows } from '../tables/remove.ts';
import { insertIfAbsent, readRange, readRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { submitInOrder } from '../tables/transaction.ts';
import { changeRow, type RowChange, writeVersion } from '../tables/versionedRow.ts';
import { type Chunk, type ChunkPlan, chunkPrefix, chunkRow, outcomeColumns, readChunk, withOutcomes } from './chunk.ts';
import { fitResolution } from './fitOutcomes.ts';
import { LOWERING_COLUMNS, type Lowering, loweringColumns, readLowering } from './loweringColumns.ts';
import { FIRST_PAGE, HEADER, headerRow, type PageKind, pageKey, readHeader, referencesRow } from './operationRows.ts';

/** The part of an operation's progress that one row tells. */
export interface ProgressRow {
  readonly key: string;
  /** The number of references or users of the row. */
  readonly count: number;
  readonly outcomes: readonly Outcome['outcome'][];
  /** When the row's last outcome was decided; empty when none was. */
  readonly finishedAt: string;
  /** What a planned page would lower. */
  readonly lowering: Lowering;
}

/** A page of references takes about 40 KB. */
const PAGES_AT_ONCE = 20;

const RECENT_MS = 1_000;
const MAX_RECENT = 100;
/** The failure of a page of references that was never stored. */
export const NEVER_STORED = {
  code: 'neverStored',
  message: 'The request broke off before all of its references were stored. Send it again with a new Operation-Id.',
};

/**
 * The rows of operations: table `operations`, partition = operation id, rows `header`,
 * `references-PAGE`, `resolution-PAGE` and `chunk-PAGE-LANE-NUMBER`. Decisions are stored once and never changed.
 */
export class OperationStore {
  readonly #open: OpenTable;
  readonly #now: () => number;
  readonly #recent = new BoundedMap<string, { readonly operation: Operation; readonly readAt: number }>(MAX_RECENT);

  constructor(open: OpenTable, now: () => number) {
    this.#open = open;
    this.#now = now;
  }

  /**
   * Stores a new operation with its references. Returns false when an operation with this id exists, or is being purged.
   */
  async create(operation: Operation, pages: readonly ReferencePage[]): Promise<boolean> {
    // A group has no page yet that could be in conflict with the first page of an operation that is being purged.
    if (operation.group !== null && (await readRow(await this.#table(), operation.id, FIRST_PAGE))) return false;
    try {
      await submitInOrder(await this.#table(), [
        ['create', headerRow(operation)],
        ...pages.map((page, number): TransactionAction => ['create', referencesRow(operation.id, number, page)]),
      ]);
      this.#keepRecent(operation);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  /** Stores the pages of references that an attempt did not store before it was cut off. */
  async completeReferences(id: string, pages: readonly ReferencePage[]): Promise<void> {
    const { stored } = await this.pageNumbers(id);
    const table = await this.#table();
    for (const [number, page] of pages.entries())
      if (!stored.has(number)) await insertIfAbsent(table, referencesRow(id, number, page));
  }

  /** Whether references were never stored, so that recovery ended their pages. */
  async hasMissingReferences(id: string): Promise<boolean> {
    for await (const row of readRange(await this.#table(), id, { from: 'references-', to: 'references-~' }))
      if (referencePageSchema.parse(fromSplitText('page', row)).missing?.code === NEVER_STORED.code) return true;
    return false;
  }

  /** Which pages of references are stored, and which are planned. */
  async pageNumbers(id: string): Promise<{ stored: ReadonlySet<number>; planned: ReadonlySet<number> }> {
    const table = await this.#table();
    const numbersOf = async (kind: PageKind): Promise<Set<number>> => {
      const numbers = new Set<number>();
      for await (const row of readRange(table, id, { from: `${kind}-`, to: `${kind}-~`, select: ['RowKey'] }))
        numbers.add(Number(row.rowKey.slice(kind.length + 1)));
      return numbers;
    };
    const [stored, planned] = await Promise.all([numbersOf('references'), numbersOf('resolution')]);
    return { stored, planned };
  }

  async get(id: string): Promise<Operation | undefined> {
    const row = await readRow(await this.#table(), id, HEADER);
    return row && readHeader(row);
  }

  /**
   * An operation as it was at most a second ago, which saves reads while many messages of one operation are handled. It
   * may miss a cancellation, and nothing else: an operation that is not ready to be carried out is read each time.
   */
  async getRecent(id: string): Promise<Operation | undefined> {
    const kept = this.#recent.get(id);
    if (kept !== undefined && this.#now() - kept.readAt < RECENT_MS) return kept.operation;
    const operation = await this.get(id);
    if (operation !== undefined) this.#keepRecent(operation);
    return operation;
  }

  /**
   * Changes an operation's header, and repeats the change on the newest version when another process changed the
   * header.
   * @returns the operation as it is stored then; undefined when there is none
   */
  async update(id: string, change: (operation: Operation) => Operation): Promise<Operation | undefined> {
    const key = { partitionKey: id, rowKey: HEADER };
    const updated = await changeRow(await this.#table(), key, (row): RowChange<Operation | undefined> => {
      if (row === undefined) return { result: undefined };
      const before = readHeader(row);
      const after = change(before);
      return after === before ? { result: before } : { columns: headerRow(after), result: after };
    });
    this.#recent.delete(id);
    return updated;
  }

  /** Stores how many pages the members of a group take, unless it is stored. */
  async closeGroup(id: string, pageCount: number): Promise<void> {
    await this.update(id, (current) => (current.pageCount === null ? { ...current, pageCount } : current));
  }

  async getReferences(id: string, page: number): Promise<ReferencePage | undefined> {
    const row = await readRow(await this.#table(), id, pageKey('references', page));
    return row && referencePageSchema.parse(fromSplitText('page', row));
  }

  /**
   * Which of these object ids other pages of references name. Repeated references do not count. One page is in memory at a
   * time, and pages without object ids are not read.
   */
  async namedOnOtherPages(id: string, page: number, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const range = { from: 'references-', to: 'references-~', select: ['RowKey', 'objectIds'] };
    const named = new Set<string>();
    for await (const { rowKey, objectIds } of readRange(await this.#table(), id, range)) {
      if (rowKey === pageKey('references', page) || objectIds === 0) continue;
      const other = await this.getReferences(id, Number(rowKey.slice('references-'.length)));
      const repeated = new Set(other?.repeated);
      for (const [position, reference] of other?.references.entries() ?? [])
        if (ids.has(reference.toLowerCase()) && !repeated.has(position)) named.add(reference.toLowerCase());
    }
    return named;
  }

  /** The pages of references before this one, with one page of rows in memory. */
  async *referencesBefore(id: string, page: number): AsyncGenerator<ReferencePage> {
    const range = { from: pageKey('references', 0), to: pageKey('references', page), pageSize: PAGES_AT_ONCE };
    for await (const row of readRange(await this.#table(), id, range))
      yield referencePageSchema.parse(fromSplitText('page', row));
  }

  /** Stores one page of a group's members unless it is stored; returns the page that is stored. */
  async keepReferences(id: string, page: number, references: ReferencePage): Promise<ReferencePage> {
    if (await insertIfAbsent(await this.#table(), referencesRow(id, page, references))) return references;
    return stillStored(await this.getReferences(id, page));
  }

  async getResolution(id: string, page: number): Promise<Resolution | undefined> {
    const row = await readRow(await this.#table(), id, pageKey('resolution', page));
    return row && resolutionSchema.parse(fromSplitText('resolution', row));
  }

  /** Stores the decision about a page unless one is stored; returns the decision that is stored. */
  async keepResolution(id: string, page: number, decided: Resolution): Promise<Resolution> {
    const resolution = fitResolution(decided);
    const outcomes = resolution.references.map(({ outcome }) => outcome);
    const kept = await insertIfAbsent(await this.#table(), {
      partitionKey: id,
      rowKey: pageKey('resolution', page),
      count: outcomes.length,
      settled: finalKinds(outcomes),
      finishedAt: latestOutcomeAt(outcomes),
      ...loweringColumns(resolution),
      ...toSplitText('resolution', resolution),
    });
    return kept ? resolution : stillStored(await this.getResolution(id, page));
  }

  /** Stores chunks of one operation unless they are stored. */
  async keepChunks(id: string, chunks: readonly ChunkPlan[]): Promise<void> {
    const table = await this.#table();
    const rows = chunks.map((chunk) => chunkRow(id, chunk));
    try {
      await submitInOrder(
        table,
        rows.map((row) => ['create', row]),
      );
    } catch (error) {
      if (!isConflict(error)) throw error;
      for (const row of rows) await insertIfAbsent(table, row); // an earlier attempt may have stored some of them
    }
  }

  async getChunk(id: string, key: string): Promise<Chunk | undefined> {
    const row = await readRow(await this.#table(), id, key);
    return row && readChunk(row);
  }

  /** The chunks of one page of references. */
  async getChunks(id: string, page: number): Promise<Chunk[]> {
    const prefix = chunkPrefix(page);
    const chunks: Chunk[] = [];
    for await (const row of readRange(await this.#table(), id, { from: prefix, to: `${prefix}~` }))
      chunks.push(readChunk(row));
    return chunks;
  }

  /**
   * Stores new outcomes of a chunk, by object id.
   * @returns the chunk as it is stored then; undefined when another worker changed it since it was read
   */
  putOutcomes(id: string, chunk: Chunk, found: ReadonlyMap<string, Outcome>): Promise<Chunk | undefined> {
    return this.#changeChunk(id, withOutcomes(chunk, found));
  }

  /**
   * Gives a chunk a new version before its users are written: outcomes decided on an older version can no longer be
   * stored.
   * @returns the chunk as it is stored then; undefined when another worker changed it since it was read
   */
  fenceChunk(id: string, chunk: Chunk): Promise<Chunk | undefined> {
    return this.#changeChunk(id, chunk);
  }

  /**
   * Removes all rows of an operation. The header is removed first, so that no caller sees half an operation, and the first
   * page last, so that no new operation with this id takes the remaining rows for its own.
   */
  async purge(id: string): Promise<void> {
    const table = await this.#table();
    await removeRow(table, id, HEADER);
    this.#recent.delete(id);
    const keys: string[] = [];
    for await (const row of readRange(table, id, { from: '', to: '~', select: ['RowKey'] }))
      if (row.rowKey !== FIRST_PAGE) keys.push(row.rowKey);
    await removeRows(table, id, keys);
    await removeRow(table, id, FIRST_PAGE);
  }

  /**
   * Reads the small columns of an operation's rows, from which progress is counted, with one page of rows in memory.
   */
  async *progressRows(id: string): AsyncGenerator<ProgressRow> {
    const select = ['RowKey', 'count', 'settled', 'finishedAt', ...LOWERING_COLUMNS];
    for await (const row of readRange(await this.#table(), id, { from: '', to: '~', select })) {
      yield {
        key: row.rowKey,
        count: typeof row.count === 'number' ? row.count : 0,
        outcomes: readFinalKinds(textOf(row, 'settled')),
        finishedAt: textOf(row, 'finishedAt'),
        lowering: readLowering(row),
      };
    }
  }

  #keepRecent(operation: Operation): void {
    if (!isReadyToCarryOut(operation)) return;
    this.#recent.set(operation.id, { operation, readAt: this.#now() });
  }

  async #changeChunk(id: string, chunk: Chunk): Promise<Chunk | undefined> {
    const row = { partitionKey: id, rowKey: chunk.key, ...outcomeColumns(chunk.users.map(({ outcome }) => outcome)) };
    const etag = await writeVersion(await this.#table(), row, chunk.etag, 'Merge');
    return etag === undefined ? undefined : { ...chunk, etag };
  }

  #table(): Promise<TableClient> {
    return this.#open('operations');
  }
}

/**
 * The row that another process stored first.
 * @throws Error when it is gone again, because the operation was purged
 */
function stillStored<T>(stored: T | undefined): T {
  if (stored === undefined) throw new Error('The operation was removed while a page of it was stored.');
  return stored;
}
