import { z } from 'zod';

/**
 * How a request names a user: an object id, or a user principal name. Guests have names such as
 * `ada_fabrikam.com#EXT#@contoso.onmicrosoft.com`.
 */
const OBJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const USER_PRINCIPAL_NAME =
  /^[\p{L}\p{N}._\-!#^~+&$*=?{|}]{1,190}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,126}[\p{L}\p{N}])?$/u;

/** The longest reference, in characters. */
export const REFERENCE_MAX_LENGTH = 320;

export const referenceSchema = z
  .string('must be text: an object id or a user principal name')
  .max(REFERENCE_MAX_LENGTH, `must have at most ${REFERENCE_MAX_LENGTH} characters`)
  .transform((text) => text.trim())
  .refine((text) => isObjectId(text) || (USER_PRINCIPAL_NAME.test(text) && !text.includes('..')), {
    error:
      'must be an object id or a user principal name; a name with quotes, slashes or percent signs must be given by object id',
  });

export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** The normal form of a reference: equal for spellings that Entra treats as equal. */
export function normalizeReference(reference: string): string {
  return reference.toLowerCase();
}
