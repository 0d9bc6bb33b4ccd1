import fc from 'fast-check';

type Header = readonly [name: string, value: string];

/** What a header may hold on the wire: printable, in ISO 8859-1. */
const headerText = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff })), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes).trim());

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

/** Names that the host is called by; mostly its own. */
export const hosts: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.oneof(headerText, fc.constantFrom('contoso.com', 'a b', 'user@contoso.com', '[::1]:80')),
  },
);
