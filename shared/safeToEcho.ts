const PLAIN = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/**
 * An unknown name in a request, in a form that an answer may repeat. A plain word helps to find a typing error. Other
 * text may be secret, and must not be in answers and logs.
 */
export function safeToEcho(name: string): string {
  return PLAIN.test(name) ? name : '(not a plain name)';
}
