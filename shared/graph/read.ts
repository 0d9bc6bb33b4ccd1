/**
 * Why Graph, although it answered the batch, has no fact of one user: an answer that cannot be read, or none but errors.
 */
export type MissingReason = 'unreadableAnswer' | 'graphUnavailable';

/** How a whole batch stayed without an answer. */
export type Silence = 'error' | 'timeout';

/** The answer to a question about a user: a fact, or why it is missing. */
export type Read<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** A retry would be refused too. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'retry';
      readonly retryAfterMs: number | undefined;
      /** Why this user's fact is missing; undefined when the whole batch was not answered. */
      readonly reason?: MissingReason;
      /** Set when the whole batch was not answered: Graph may be out, or one request may keep the batch from its answer. */
      readonly silence?: Silence;
    }
  /** No request was sent. */
  | { readonly kind: 'unasked' };
