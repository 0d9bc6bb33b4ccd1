/**
 * How long an answer asks to wait, in milliseconds. `Retry-After` holds seconds or an HTTP date (RFC 9110, 10.2.3); a
 * date in the past means now. Undefined when the header is missing or unreadable.
 */
export function retryAfterMs(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN; // `Date.parse` also takes a number for a date
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
