import type { TableServiceClientOptions } from '@azure/data-tables';

type Policy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'];

/**
 * Characters that some servers treat as a line end, or refuse, although JSON allows them: C1 controls, separators of
 * lines and paragraphs, and code points that are no characters.
 */
const UNUSUAL = /[\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]/g;

/** JSON in which unusual characters are escaped (\uXXXX): the same value, without the characters themselves. */
export function withEscapes(json: string): string {
  return json.replace(UNUSUAL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Sends rows with escapes. Azurite cuts the body of a transaction into lines at U+2028 too, and answers with an error
 * that looks temporary, so that one name would fail the same request again and again. The stored text is exact. All
 * text of a body is JSON, apart from lines of a transaction that have no such characters.
 */
export const exactText: Policy = {
  name: 'exactText',
  sendRequest: (request, next) => {
    if (typeof request.body === 'string') {
      request.body = withEscapes(request.body);
      if (request.headers.has('content-length')) request.headers.set('content-length', Buffer.byteLength(request.body));
    }
    return next(request);
  },
};
