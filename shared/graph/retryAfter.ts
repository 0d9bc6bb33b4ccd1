/**
 * The wait in a `Retry-After` header, in milliseconds; undefined when the header is missing or unreadable. The header has
 * seconds or an HTTP date (RFC 9110, 10.2.3); a date in the past gives 0.
 */
export function retryAfterMs(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN; // `Date.parse` would read a plain number as a date
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
