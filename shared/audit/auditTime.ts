import { invertTime } from './entry.ts';

export const DAY_MS = 24 * 60 * 60_000;
/** The inverted time that a row key of `auditByTime` begins with. */
const INVERTED_DIGITS = 15;
const LATEST = 999_999_999_999_999;

/** The beginning of the row keys of a time, in milliseconds since 1970. Later times give smaller keys. */
export function keyOf(time: number): string {
  return invertTime(new Date(time).toISOString());
}

/** The time in a row key of `auditByTime`, in milliseconds since 1970. */
export function timeOf(key: string): number {
  return LATEST - Number(key.slice(0, INVERTED_DIGITS));
}

/** The day (UTC) of a time: the partition of its rows in `auditByTime`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function dayBefore(day: string): string {
  return dayOf(Date.parse(day) - DAY_MS);
}

/** The days from one to an earlier one, newest first, both included. */
export function* daysBack(newest: string, oldest: string): Generator<string> {
  for (let day = newest; day >= oldest; day = dayBefore(day)) yield day;
}
