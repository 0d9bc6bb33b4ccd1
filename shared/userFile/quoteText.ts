/** The longest text of a file that an answer repeats, in characters. */
const SHOWN_MAX_LENGTH = 60;

/** Errors must not carry addresses further, into the logs of the caller. */
const ADDRESS = /[^\s@"<>]+@[^\s@"<>]+/g;

/** Text of a file as an error repeats it to the caller who sent the file: on one line, not long, without addresses. */
export function quoteText(text: string): string {
  const line = oneLine(text).replace(ADDRESS, '…@…');
  return `"${line.length > SHOWN_MAX_LENGTH ? `${line.slice(0, SHOWN_MAX_LENGTH)}…` : line}"`;
}

/** Text without line breaks and other control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
