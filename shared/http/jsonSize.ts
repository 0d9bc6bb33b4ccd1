/** How much a JSON text holds. */
export interface JsonSize {
  /** How deep lists and objects stand in each other. */
  readonly depth: number;
  /** Values, at least: one more than there are commas. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** Measures a text as if it were JSON, in one pass and without memory: whoever parses it then knows what is coming. */
export function measureJson(text: string): JsonSize {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfText(text, at);
    else if (character === COMMA) values++;
    else if (OPENING.includes(character)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.includes(character)) depth--;
  }
  return { depth: deepest, values };
}

/** Where the JSON string that begins here ends; the end of the text when it does not. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
