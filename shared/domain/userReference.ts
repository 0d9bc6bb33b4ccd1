/**
 * How a request names a user: an object id, or a user principal name. Guests have names such as
 * `ada_fabrikam.com#EXT#@contoso.onmicrosoft.com`.
 */
const OBJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const USER_PRINCIPAL_NAME =
  /^[\p{L}\p{M}\p{N}'._\-!#^~+&$*=?{|}]{1,190}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]{0,126}[\p{L}\p{M}\p{N}])?$/u;

/** The longest reference, in characters. */
export const REFERENCE_MAX_LENGTH = 320;

export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

export function isReference(text: string): boolean {
  if (text.length > REFERENCE_MAX_LENGTH) return false;
  return isObjectId(text) || (USER_PRINCIPAL_NAME.test(text) && !text.includes('..'));
}

/** The normal form of a reference: equal for spellings that Entra treats as equal. */
export function normalizeReference(reference: string): string {
  return reference.toLowerCase();
}
