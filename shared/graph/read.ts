/** What Graph said about a user: a fact, or why there is none. */
export type Read<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** Graph will say the same again. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }
  /** It was not asked. */
  | { readonly kind: 'unasked' };
