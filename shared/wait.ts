/** Waits at least this long. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The shortest wait, also for `Retry-After: 0`: retries must never become a loop without a pause. */
const SHORTEST_MS = 250;

/**
 * The wait before another attempt: the requested wait, else doubling from a quarter of a second to 30 s. Up to a quarter
 * is added, so that workers do not retry at the same time.
 * @param attempt 0 for the first repetition
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, retryAfterMs: number | undefined, random: number): number {
  const base = Math.max(SHORTEST_MS, retryAfterMs ?? Math.min(30_000, SHORTEST_MS * 2 ** attempt));
  return Math.ceil(base * (1 + random / 4));
}
