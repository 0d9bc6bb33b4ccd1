/**
 * Remembers message ids for a window of time, in which a message with the same id is a duplicate. The window starts with
 * the first message of an id (Microsoft: duplicate-detection).
 */
export class DuplicateHistory {
  readonly #windowMs: number;
  /** When each id was first seen, in epoch milliseconds; oldest first. */
  readonly #seenAt = new Map<string, number>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Notes the id. Returns whether it was seen within the window before. */
  isDuplicate(messageId: string, now: number): boolean {
    this.#forget(now);
    if (this.#seenAt.has(messageId)) return true;
    this.#seenAt.set(messageId, now);
    return false;
  }

  #forget(now: number): void {
    for (const [id, seenAt] of this.#seenAt) {
      if (seenAt + this.#windowMs > now) return;
      this.#seenAt.delete(id);
    }
  }
}
