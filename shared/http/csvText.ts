/**
 * Spreadsheets treat a cell that starts with one of these as a formula (OWASP, CSV injection), also with blanks or quotes
 * in front. Excel splits a file at semicolons or tabs in some countries, whatever the quotes, so a formula can also begin
 * after one of them, or on a new line.
 */
const FORMULA = /(^|[;|\t\r\n\v\f\u0085\u2028\u2029])((?:"|[^\S\t\r\n\v\f\u0085\u2028\u2029])*)(?=[=+\-@＝＋－＠])/g;
const STARTS_WITH_CONTROL = /^[\t\r\n]/;
const NEEDS_QUOTES = /[",;|\r\n\t\v\f\u0085\u2028\u2029]|^\s|\s$/;

/**
 * A line of a CSV file (RFC 4180). Text that a spreadsheet would treat as a formula gets an apostrophe in front: a file
 * must never run the text of a reason.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(text: string): string {
  const inert = text.replace(FORMULA, "$1$2'");
  const safe = STARTS_WITH_CONTROL.test(inert) ? `'${inert}` : inert;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
