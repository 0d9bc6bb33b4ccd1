import { isUtf8 as isUtf8Bytes } from 'node:buffer';
import fc from 'fast-check';

type Header = readonly [name: string, value: string];

/** Printable characters of ISO 8859-1. */
const printable = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff })), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes).trim());
/** The possible bytes of a header, one character for each byte: mostly UTF-8, sometimes ISO 8859-1. */
const headerText = fc.oneof(
  { weight: 20, arbitrary: printable.map((text) => Buffer.from(text, 'utf8').toString('latin1')) },
  // What happens to be UTF-8 too may stand for characters that no header can have in a function: a 500 of the host.
  { weight: 1, arbitrary: printable.filter((text) => !isUtf8(text)) },
);

/** Whether the host takes the text of a header; it refuses what is not UTF-8. */
export function isUtf8(text: string): boolean {
  return isUtf8Bytes(Buffer.from(text, 'latin1'));
}

/** Headers beside those that say what a body is and who sends it. */
export function headers(operations: readonly string[]): fc.Arbitrary<readonly Header[]> {
  const header = fc.oneof(
    fc.tuple(
      fc.constant('operation-id'),
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...operations) }, headerText),
    ),
    fc.tuple(
      fc.constantFrom('x-ms-client-principal', 'x-ms-client-principal-id', 'x-forwarded-host', 'cookie'),
      headerText,
    ),
    fc.tuple(
      fc.constantFrom('accept', 'content-encoding', 'traceparent', 'if-match', 'origin', 'x-http-method-override'),
      headerText,
    ),
    fc.tuple(fc.constantFrom('__proto__', 'constructor', 'x-long'), fc.constantFrom('1', 'x'.repeat(4_000))),
  );
  return fc.uniqueArray(header, { maxLength: 3, selector: ([name]) => name });
}

/** Names that the host is called by; mostly its own. Without any, the host itself fails. */
export const hosts: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      headerText.filter((text) => text !== ''),
      fc.constantFrom('contoso.com', 'a b', 'user@contoso.com', '[::1]:80'),
    ),
  },
);
