/** Waits at least this long. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * How long to wait before another attempt: what was asked for, or else doubling from a quarter of a second to 30 s; up
 * to a quarter more, so that workers do not come back all at once.
 * @param attempt 0 for the first repetition
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, askedForMs: number | undefined, random: number): number {
  const base = askedForMs ?? Math.min(30_000, 250 * 2 ** attempt);
  return Math.ceil(base * (1 + random / 4));
}
