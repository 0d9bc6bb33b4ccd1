export const HOUR_MS = 60 * 60_000;

/** The hour of a time: its first moment, such as 2026-03-01T08:00:00.000Z. @param time milliseconds since 1970 */
export function hourOf(time: number): string {
  return new Date(Math.floor(time / HOUR_MS) * HOUR_MS).toISOString();
}

/** The hour some hours later, or earlier when the number is negative. */
export function hoursAfter(hour: string, hours: number): string {
  return hourOf(Date.parse(hour) + hours * HOUR_MS);
}

/** The hours from one to another, both included. */
export function hoursBetween(first: string, last: string): string[] {
  const count = (Date.parse(last) - Date.parse(first)) / HOUR_MS + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => hoursAfter(first, index));
}

/** The earlier of two hours. */
export function earlier(one: string, other: string): string {
  return one <= other ? one : other;
}

/** The later of two hours. */
export function later(one: string, other: string): string {
  return one <= other ? other : one;
}
