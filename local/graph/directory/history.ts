/**
 * Remembers earlier values, so that a reader can be shown the past: Graph's reads and reports lag behind its writes.
 * Holds only what changed within the last lag, per user.
 */
export class History {
  readonly #changes = new Map<number, { readonly at: number; readonly before: number }[]>();

  /** Notes that a user's value was `before` until `at` (ms), for readers up to `lagMs` late. */
  record(user: number, at: number, before: number, lagMs: number): void {
    if (lagMs === 0) return;
    this.valueAt(user, at - lagMs, before);
    const changes = this.#changes.get(user);
    if (changes === undefined) this.#changes.set(user, [{ at, before }]);
    else changes.push({ at, before });
  }

  /** The value a user had at the time `at` (ms), given the value that they have now. Forgets what is older. */
  valueAt(user: number, at: number, current: number): number {
    const changes = this.#changes.get(user);
    if (changes === undefined) return current;
    const firstLater = changes.findIndex((change) => change.at > at);
    if (firstLater === -1) {
      this.#changes.delete(user);
      return current;
    }
    changes.splice(0, firstLater);
    return (changes[0] as { before: number }).before;
  }
}
