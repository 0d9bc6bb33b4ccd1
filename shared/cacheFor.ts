/** An incomplete answer is read again after this time. */
const UNKNOWN_FOR_MS = 5_000;

/**
 * Caches an answer while it is fresh. Concurrent callers share one read.
 * @param options.isComplete whether to keep an answer for the whole time; by default, whether it is defined
 */
export function cacheFor<T>(
  read: () => Promise<T>,
  options: { readonly freshForMs: number; readonly now: () => number; readonly isComplete?: (answer: T) => boolean },
): () => Promise<T> {
  const isComplete = options.isComplete ?? ((answer: T) => answer !== undefined);
  let kept: { readonly answer: Promise<T>; until: number } | undefined;
  return () => {
    if (kept !== undefined && options.now() < kept.until) return kept.answer;
    const mine = { answer: read(), until: options.now() + options.freshForMs };
    kept = mine;
    mine.answer.then(
      (answer) => {
        if (!isComplete(answer)) mine.until = Math.min(mine.until, options.now() + UNKNOWN_FOR_MS);
      },
      () => {
        mine.until = 0;
      },
    );
    return mine.answer;
  };
}
