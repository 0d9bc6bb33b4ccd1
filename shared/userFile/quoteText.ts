/** The longest text of a file that an answer repeats, in characters. */
const SHOWN_MAX_LENGTH = 60;

/** Text of a file as an error repeats it to the caller who sent the file: on one line, and not long. */
export function quoteText(text: string): string {
  const line = oneLine(text);
  return `"${line.length > SHOWN_MAX_LENGTH ? `${line.slice(0, SHOWN_MAX_LENGTH)}…` : line}"`;
}

/** Text without line breaks and other control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
