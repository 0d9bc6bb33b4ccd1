/** How long a condition may take: generous, for slow machines that do other work at the same time. */
const LIMIT_MS = 60_000;
const POLL_MS = 20;

/**
 * Waits until a condition holds and returns what it found.
 * @param what names the condition in the error when it does not come true
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  what: string,
  limitMs = LIMIT_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
