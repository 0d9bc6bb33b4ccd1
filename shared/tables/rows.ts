import type { TableClient } from '@azure/data-tables';
import { isConflict, isNotFound } from './failures.ts';

/** A stored row. */
export type StoredRow = Readonly<Record<string, unknown>> & { readonly rowKey: string; readonly etag: string };

/** Table Storage returns at most this many rows in one answer. */
const MAX_ROWS = 1_000;

/** Reads one row; undefined when it does not exist. */
export async function readRow(table: TableClient, partition: string, key: string): Promise<StoredRow | undefined> {
  try {
    return await table.getEntity<StoredRow>(partition, key);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Stores a row unless its key exists. Returns whether it was stored. */
export async function insertIfAbsent(
  table: TableClient,
  row: { readonly partitionKey: string; readonly rowKey: string; readonly [column: string]: unknown },
): Promise<boolean> {
  try {
    await table.createEntity(row);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** The first rows of one partition with keys in [from, to), up to a limit, read as one query. */
export async function readPage(
  table: TableClient,
  partition: string,
  range: { readonly from: string; readonly to: string; readonly where?: string },
  limit: number,
): Promise<StoredRow[]> {
  return take(readRange(table, partition, { ...range, pageSize: limit }), limit);
}

async function take(rows: AsyncIterable<StoredRow>, limit: number): Promise<StoredRow[]> {
  const taken: StoredRow[] = [];
  for await (const row of rows) {
    taken.push(row);
    if (taken.length === limit) break;
  }
  return taken;
}

/** The first rows of the partitions in (after, to), up to a limit, in the order of partitions and keys. */
export async function readPartitions(
  table: TableClient,
  range: { readonly after: string; readonly to: string },
  limit: number,
): Promise<StoredRow[]> {
  const { odata } = await import('@azure/data-tables');
  const filter = odata`PartitionKey gt ${range.after} and PartitionKey lt ${range.to}`;
  return take(query(table, { filter }, limit), limit);
}

/**
 * The rows of the partitions in (after, to), page by page, in the order of partitions and keys. Rows of pages that were
 * returned may be removed meanwhile.
 */
export async function* readPartitionPages(
  table: TableClient,
  range: { readonly after: string; readonly to: string },
  pageSize: number,
): AsyncGenerator<StoredRow[]> {
  const { odata } = await import('@azure/data-tables');
  const filter = odata`PartitionKey gt ${range.after} and PartitionKey lt ${range.to}`;
  yield* table.listEntities<StoredRow>({ queryOptions: { filter } }).byPage({ maxPageSize: pageSize });
}

/**
 * The rows of one partition with keys in [from, to), in the order of their keys.
 * @param range.where an OData condition that the storage compares too
 */
export async function* readRange(
  table: TableClient,
  partition: string,
  range: {
    readonly from: string;
    readonly to: string;
    readonly where?: string;
    readonly select?: string[];
    readonly pageSize?: number;
  },
): AsyncGenerator<StoredRow> {
  const { odata } = await import('@azure/data-tables');
  const keys = odata`PartitionKey eq ${partition} and RowKey ge ${range.from} and RowKey lt ${range.to}`;
  const filter = range.where === undefined ? keys : `${keys} and ${range.where}`;
  const queryOptions = range.select === undefined ? { filter } : { filter, select: range.select };
  yield* query(table, queryOptions, range.pageSize ?? MAX_ROWS);
}

async function* query(
  table: TableClient,
  queryOptions: { readonly filter: string; readonly select?: string[] },
  pageSize: number,
): AsyncGenerator<StoredRow> {
  const pages = table.listEntities<StoredRow>({ queryOptions }).byPage({ maxPageSize: Math.min(pageSize, MAX_ROWS) });
  for await (const page of pages) yield* page;
}
