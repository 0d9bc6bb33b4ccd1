import type { TableClient } from '@azure/data-tables';
import { readRange, type StoredRow } from '../tables/rows.ts';
import { dayOf, daysBack, keyOf } from './auditTime.ts';
import { IN_ORDER_WITHIN_MS } from './outOfOrder.ts';

/** A period of recording, in milliseconds since 1970: `since` is included, `until` is not. */
export interface RecordingPeriod {
  readonly since: number;
  readonly until: number;
}

/**
 * The rows of `auditByTime` that were recorded in a period, newest first, apart from those that are out of order. The rows
 * lie close to the period, so only that time is read.
 * @param keys only rows with keys in [from, to)
 */
export async function* readRecorded(
  byTime: TableClient,
  { since, until }: RecordingPeriod,
  keys: { readonly from: string; readonly to: string },
  pageSize: number,
): AsyncGenerator<StoredRow> {
  const newest = until + IN_ORDER_WITHIN_MS;
  const oldest = since - IN_ORDER_WITHIN_MS;
  const range = {
    from: larger(keys.from, keyOf(newest)),
    to: smaller(keys.to, `${keyOf(oldest)}~`),
    where: `recordedAt ge '${iso(since)}' and recordedAt lt '${iso(until)}'`,
    pageSize,
  };
  if (range.from >= range.to) return;
  for (const day of daysBack(dayOf(newest), dayOf(oldest))) yield* readRange(byTime, day, range);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function larger(a: string, b: string): string {
  return a > b ? a : b;
}

function smaller(a: string, b: string): string {
  return a < b ? a : b;
}
