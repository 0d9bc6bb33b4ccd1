/**
 * How long a condition may take: generous, for slow machines that do other work at the same time, and less than a test
 * may take, so that the error says what was waited for.
 */
const LIMIT_MS = 60_000;
const POLL_MS = 20;

/**
 * Waits until a condition holds and returns what it found.
 * @param what names the condition in the error when it does not come true; a function says it as things are by then
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string) = 'the condition holds',
  limitMs = LIMIT_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`Waited in vain until ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
