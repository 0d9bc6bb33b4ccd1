/** The form of a secret: `whsec_` and 24 to 64 bytes as base64 (Standard Webhooks, "Signature scheme"). */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The bytes of a secret; undefined when the text is not a secret. */
export function secretBytes(secret: string): Buffer | undefined {
  const [, encoded] = SECRET.exec(secret) ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}
