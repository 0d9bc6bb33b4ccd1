/** Waits at least this long. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The shortest wait, also when asked not to wait at all: attempts must never become a loop without a pause. */
const SHORTEST_MS = 250;

/**
 * How long to wait before another attempt: what was asked for, or else doubling from a quarter of a second to 30 s; up
 * to a quarter more, so that workers do not come back all at once.
 * @param attempt 0 for the first repetition
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, retryAfterMs: number | undefined, random: number): number {
  const base = Math.max(SHORTEST_MS, retryAfterMs ?? Math.min(30_000, SHORTEST_MS * 2 ** attempt));
  return Math.ceil(base * (1 + random / 4));
}
