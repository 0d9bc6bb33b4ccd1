/**
 * Returns the last answer at once, and asks for a new one in the background when it was asked for long ago. For callers that
 * must not wait, and that may not cause a request each.
 * @returns undefined while no answer is known
 */
export function lastKnown<T>(
  read: () => Promise<T>,
  { askEveryMs, now }: { readonly askEveryMs: number; readonly now: () => number },
): () => T | undefined {
  let known: T | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - askedAt >= askEveryMs) {
      askedAt = now();
      read().then(
        (answer) => {
          known = answer;
        },
        () => {
          known = undefined; // the callers that need the answer get the error
        },
      );
    }
    return known;
  };
}
