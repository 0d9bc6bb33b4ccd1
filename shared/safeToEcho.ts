const PLAIN = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/**
 * The name of something in a request that this API does not know, as an answer may repeat it: a plain word helps to find
 * a slip, and anything else may be what answers and logs must not show.
 */
export function safeToEcho(name: string): string {
  return PLAIN.test(name) ? name : '(not a plain name)';
}
