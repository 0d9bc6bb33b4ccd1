import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObjectId, referenceSchema } from '../../../shared/domain/userReference.ts';

const accepted = (text: string): boolean => referenceSchema.safeParse(text).success;

describe('a reference', () => {
  it.each([
    '071cc716-8147-4397-a5ba-b2105951cc0b',
    '071CC716-8147-4397-A5BA-B2105951CC0B',
    'alice@contoso.com',
    ' alice@contoso.com ',
    'ada_fabrikam.com#EXT#@contoso.onmicrosoft.com',
    'a-b_c.d!e~f+g@sub.contoso.co.uk',
    'jürgen@contoso.de',
    'user@contoso',
  ])('can be %j', (text) => {
    expect(accepted(text)).toBe(true);
  });

  it.each([
    '',
    '   ',
    'alice',
    '@contoso.com',
    'alice@',
    'alice@contoso.com/authentication',
    '../users/alice@contoso.com',
    'a..b@contoso.com',
    "o'brien@contoso.com",
    'a"b@contoso.com',
    'a%2f@contoso.com',
    'alice@contoso.com?$select=id',
    'alice@contoso.com#x',
    'alice@con toso.com',
    'a\nb@contoso.com',
    'a\u0000b@contoso.com',
    'a@b@contoso.com',
    'a\\b@contoso.com',
    '{071cc716-8147-4397-a5ba-b2105951cc0b}',
    '071cc716-8147-4397-a5ba-b2105951cc0',
    `${'a'.repeat(10_000)}@contoso.com`,
  ])('cannot be %j', (text) => {
    expect(accepted(text)).toBe(false);
  });

  it('never has what could change a path or leave a literal, whatever is sent', () => {
    const unit = fc.constantFrom('a', '@', '.', '/', '\\', "'", '"', '%', '?', ' ', '\n', '\u0000', '#', 'é');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        const parsed = referenceSchema.safeParse(text);
        if (!parsed.success) return;
        for (const bad of ['/', '\\', "'", '"', '%', ' ', '\n', '\u0000', '..']) expect(parsed.data).not.toContain(bad);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is taken without the blanks around it', () => {
    expect(referenceSchema.parse('\talice@contoso.com\n')).toBe('alice@contoso.com');
    expect(isObjectId('071cc716-8147-4397-a5ba-b2105951cc0b')).toBe(true);
    expect(isObjectId('alice@contoso.com')).toBe(false);
  });
});
