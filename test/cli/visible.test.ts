import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedJson, toJson, visible, visibleInColour, visibleLine } from '../../cli/visible.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const text = fc.string({ unit: 'binary', maxLength: 50 });
const hiddenIn = (shown: string): string[] => shown.match(HIDDEN) ?? [];

describe('text from outside', () => {
  it.each([
    ['ordinary: a line\nand another', 'ordinary: a line\nand another'],
    ['\u001B[2J\u009B2J\u007F', '<U+001B>[2J<U+009B>2J<U+007F>'],
    ['a\tb\r\nc\rd', 'a b\nc<U+000D>d'],
    ['alice\u200B@contoso.com', 'alice<U+200B>@contoso.com'],
    ['\u202Egnp.exe\u2066\u061C\u200F', '<U+202E>gnp.exe<U+2066><U+061C><U+200F>'],
    ['a\u2028b\u2029c\u{E0041}\uFEFF', 'a<U+2028>b<U+2029>c<U+E0041><U+FEFF>'],
    ['a\uFE0Fb\u200Dc', 'a<U+FE0F>b<U+200D>c'],
    ['half \uD83D of a pair', 'half <U+D83D> of a pair'],
    ['Zoë 山田 ❤️ 👩‍👩‍👧 👍🏽‍💻', 'Zoë 山田 ❤️ 👩‍👩‍👧 👍🏽‍💻'],
  ])('%j is shown as %j', (given, shown) => {
    expect(visible(given)).toBe(shown);
  });

  it('is shown without characters that cannot be seen, and with all others', () => {
    fc.assert(
      fc.property(text, (given) => {
        const shown = visible(given);
        expect(
          hiddenIn(shown).filter((character) => !['\n', '\u200D', '\uFE0E', '\uFE0F'].includes(character)),
        ).toEqual([]);
        expect(visible(shown)).toBe(shown);
        expect(visibleLine(given)).not.toContain('\n');
      }),
    );
  });

  it('cannot have colours or other sequences, where the command has its own', () => {
    const own = '\u001B[32mapplied\u001B[39m';
    expect(visibleInColour(`${own} \u001B[8mhidden\u001B[0m \u001B]0;x\u0007`)).toBe(
      `${own} <U+001B>[8mhidden<U+001B>[0m <U+001B>]0;x<U+0007>`,
    );
  });

  it('is exact in JSON, and has no hidden characters there', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (given) => {
        const json = toJson(given);
        expect(hiddenIn(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual(given);
        const line = escapedJson(`${JSON.stringify(given)}\n`);
        expect(hiddenIn(line)).toEqual(['\n']);
        expect(JSON.parse(line)).toEqual(given);
      }),
    );
  });
});
