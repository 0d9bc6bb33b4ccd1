import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObjectId, isReference } from '../../../shared/domain/userReference.ts';

describe('a reference', () => {
  it.each([
    '071cc716-8147-4397-a5ba-b2105951cc0b',
    '071CC716-8147-4397-A5BA-B2105951CC0B',
    'alice@contoso.com',
    "siobhan.o'brien@contoso.com",
    'ju\u0308rgen@contoso.de',
    'ada_fabrikam.com#EXT#@contoso.onmicrosoft.com',
    'a-b_c.d!e~f+g@sub.contoso.co.uk',
    'jürgen@contoso.de',
    'user@contoso',
  ])('can be %j', (text) => {
    expect(isReference(text)).toBe(true);
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
    ' alice@contoso.com ',
    'o\u2019brien@contoso.com',
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
    expect(isReference(text)).toBe(false);
  });

  it('never has what could change a path or a header, whatever is sent', () => {
    const unit = fc.constantFrom('a', '@', '.', '/', '\\', "'", '"', '%', '?', ' ', '\n', '\u0000', '#', 'é');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        if (!isReference(text)) return;
        for (const bad of ['/', '\\', '"', '%', ' ', '\n', '\u0000', '..']) expect(text).not.toContain(bad);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is an object id or a name', () => {
    expect(isObjectId('071cc716-8147-4397-a5ba-b2105951cc0b')).toBe(true);
    expect(isObjectId('alice@contoso.com')).toBe(false);
  });
});
