/** The answer to a question about a user: a fact, or why it is missing. */
export type Read<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** A retry would be refused too. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }
  /** No request was sent. */
  | { readonly kind: 'unasked' };
