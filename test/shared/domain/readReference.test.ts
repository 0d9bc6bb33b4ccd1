import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReference } from '../../../shared/domain/readReference.ts';
import { isReference } from '../../../shared/domain/userReference.ts';

const ada = 'ada.keller@contoso.com';
const id = '071cc716-8147-4397-a5ba-b2105951cc0b';

describe('readReference', () => {
  it.each([
    ada,
    id,
    ` ${ada}\t`,
    "siobhan.o'brien@contoso.com",
    'ada_fabrikam.com#EXT#@contoso.onmicrosoft.com',
    'jürgen+x@c.de',
  ])('takes %j as it is', (text) => {
    expect(readReference(text)).toEqual({ reference: text.trim() });
  });

  it.each([
    [`Ada Keller <${ada}>`, ada],
    [`"Keller, Ada" <mailto:${ada}>;`, ada],
    [`<${ada}>`, ada],
    [`mailto:${ada}`, ada],
    [`MAILTO:${ada}?subject=MFA`, ada],
    ['mailto:siobhan.o%27brien@contoso.com', "siobhan.o'brien@contoso.com"],
    [`[${ada}](mailto:${ada})`, ada],
    [`Ada Keller (${ada})`, ada],
    [`'${ada}'`, ada],
    [`“${ada}”`, ada],
    [`${ada};`, ada],
    [`${ada}.`, ada],
    [`\u200b${ada}\ufeff`, ada],
    ['ada.\u00adkeller@contoso.com', ada],
    ['sean.o\u2019neill@contoso.com', "sean.o'neill@contoso.com"],
    ['sean.o\u2018neill@contoso.com', "sean.o'neill@contoso.com"],
    ['sean.o\u02bcneill@contoso.com', "sean.o'neill@contoso.com"],
    ['sean.o\u00b4neill@contoso.com', "sean.o'neill@contoso.com"],
    ["Sean O'Neill <sean.o\u2019neill@contoso.com>", "sean.o'neill@contoso.com"],
    ['ju\u0308rgen@contoso.de', 'jürgen@contoso.de'],
    [`i:0#.f|membership|${ada}`, ada],
    [`{${id}}`, id],
  ])('cleans %j', (given, reference) => {
    expect(readReference(given)).toEqual({ reference, given });
  });

  it.each([
    '',
    'not a user',
    'Ada Keller',
    `${ada}, bo@contoso.com`,
    `Ada <${ada}> <b@c.d>`,
    '<>',
    'mailto:',
    "'",
    'a'.repeat(2_000),
  ])('does not guess what %j means', (text) => {
    expect(readReference(text)).toBeUndefined();
  });

  it('gives nothing but references, in short time, whatever is sent', () => {
    const unit = fc.constantFrom(
      'a',
      '@',
      '.',
      '<',
      '>',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '\u2019',
      ';',
      ' ',
      'mailto:',
      '\u200b',
      '%',
      '\n',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
        const read = readReference(text);
        if (read !== undefined) expect(isReference(read.reference)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
