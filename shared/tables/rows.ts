import type { TableClient } from '@azure/data-tables';
import { isConflict, isNotFound } from './failures.ts';

/** A row as it was read. */
export type StoredRow = Readonly<Record<string, unknown>> & { readonly rowKey: string; readonly etag: string };

/** The most rows that Table Storage gives at a time. */
const MOST_ROWS = 1_000;

/** Reads one row; undefined when there is none. */
export async function readRow(table: TableClient, partition: string, key: string): Promise<StoredRow | undefined> {
  try {
    return (await table.getEntity<Record<string, unknown>>(partition, key)) as StoredRow;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Stores a row unless there is one with its key. True when it was stored now. */
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

/** At most so many of the first rows of one partition whose keys lie in [from, to), read as one query. */
export async function readPage(
  table: TableClient,
  partition: string,
  range: { readonly from: string; readonly to: string },
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

/** At most so many of the first rows of the partitions in (after, to), in the order of partitions and keys. */
export async function readPartitions(
  table: TableClient,
  range: { readonly after: string; readonly to: string },
  limit: number,
): Promise<StoredRow[]> {
  const { odata } = await import('@azure/data-tables');
  const filter = odata`PartitionKey gt ${range.after} and PartitionKey lt ${range.to}`;
  return take(query(table, { filter }, limit), limit);
}

/** The rows of one partition whose keys lie in [from, to), in the order of their keys. */
export async function* readRange(
  table: TableClient,
  partition: string,
  range: { readonly from: string; readonly to: string; readonly select?: string[]; readonly pageSize?: number },
): AsyncGenerator<StoredRow> {
  const { odata } = await import('@azure/data-tables');
  const filter = odata`PartitionKey eq ${partition} and RowKey ge ${range.from} and RowKey lt ${range.to}`;
  const queryOptions = range.select === undefined ? { filter } : { filter, select: range.select };
  yield* query(table, queryOptions, range.pageSize ?? MOST_ROWS);
}

async function* query(
  table: TableClient,
  queryOptions: { readonly filter: string; readonly select?: string[] },
  pageSize: number,
): AsyncGenerator<StoredRow> {
  const pages = table
    .listEntities<Record<string, unknown>>({ queryOptions })
    .byPage({ maxPageSize: Math.min(pageSize, MOST_ROWS) });
  for await (const page of pages) for (const row of page) yield row as StoredRow;
}
