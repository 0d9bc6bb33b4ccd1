/** What could not be found out is asked for again after this long. */
const UNKNOWN_FOR_MS = 5_000;

/**
 * Keeps an answer for as long as it is fresh, and asks once however many wait for it.
 * @param isComplete says whether an answer is worth keeping; by default, whether there is one
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
