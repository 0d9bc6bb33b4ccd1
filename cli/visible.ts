/**
 * Characters that a terminal obeys, or that a reader cannot see: control characters (C0, DEL, C1), formats such as marks
 * of direction and zero-width characters, line and paragraph separators, and halves of surrogate pairs.
 */
const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`;
/** Emoji are made with some of them: joiners between pictures, and selectors of their colours. */
const OF_EMOJI = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`;
const HIDDEN_IN_TEXT = new RegExp(`(${OF_EMOJI})|[${HIDDEN}]`, 'gu');
const HIDDEN_IN_JSON = new RegExp(`[${HIDDEN}]`, 'gu');
/** The colours of this command: bold, red, green, yellow, and their ends. */
const COLOURS = new RegExp(`(${'\u001B'}\\[(?:1|22|31|32|33|39)m)`);
const ORDINARY = /^[ -~\n]*$/;

/**
 * Text from outside, as a terminal may show it. Hidden characters get a visible form, such as <U+202E>, so that no text
 * can move the cursor, change its own order, or look like another text. Line feeds stay, and a tab becomes a space.
 */
export function visible(text: string): string {
  if (ORDINARY.test(text)) return text;
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', ' ')
    .replace(HIDDEN_IN_TEXT, (character, ofEmoji: string | undefined) =>
      character === '\n' || ofEmoji !== undefined ? character : `<${nameOf(character)}>`,
    );
}

/** The same on one line: a line feed is visible too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '<U+000A>');
}

/** The same for text with the colours of this command, which stay. */
export function visibleInColour(text: string): string {
  if (ORDINARY.test(text)) return text;
  return text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}

/** JSON for scripts. It has the exact text, and hidden characters are escaped (\uXXXX). */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN_IN_JSON, escaped);
}

/** A part of a JSON or NDJSON text in which hidden characters are escaped. Line feeds stay: no JSON string has them. */
export function escapedJson(text: string): string {
  return text.replace(HIDDEN_IN_JSON, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
