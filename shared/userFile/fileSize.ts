import { fileError } from './fileError.ts';

/** Limits on a line and on a file. They are checked before a parser spends time and memory. */
const LINE_MAX_LENGTH = 65_536;
/** A sheet of Excel with an entry in every column that an export has is far smaller; so is a list of recipients. */
const LINE_MAX_CELLS = 5_000;
/** Twice the users of a request: some lines name no user. Blank lines do not count. */
const MAX_LINES = 200_000;
const MAX_CELLS = 2_000_000;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/**
 * Measures a CSV file in one pass and without using memory. Separators in quotes count too.
 * @throws InvalidRequestError for a file that is larger than any list of users
 */
export function checkSize(text: string, separator: string): void {
  const stop = separator.charCodeAt(0);
  let lines = 0;
  let cells = 0;
  let line = 1;
  let lineStart = 0;
  let lineCells = 1;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === stop) lineCells++;
    if (at < text.length && code !== LINE_FEED && code !== RETURN) continue;
    checkLine(line, at - lineStart, lineCells);
    if (at > lineStart) {
      lines++;
      cells += lineCells;
    }
    if (code === RETURN && text.charCodeAt(at + 1) === LINE_FEED) at++;
    line++;
    lineStart = at + 1;
    lineCells = 1;
  }
  if (lines > MAX_LINES)
    throw fileError(`The file has ${lines} lines, and ${MAX_LINES} are the most. Split it into several files.`);
  if (cells > MAX_CELLS)
    throw fileError(
      `The file has ${cells} cells, and ${MAX_CELLS} are the most. Send only the column that names the users.`,
    );
}

function checkLine(line: number, length: number, cells: number): void {
  if (length > LINE_MAX_LENGTH)
    throw fileError(`Line ${line} has more than ${LINE_MAX_LENGTH} characters. Write one user on each line.`);
  if (cells > LINE_MAX_CELLS)
    throw fileError(`Line ${line} has more than ${LINE_MAX_CELLS} cells. Write one user on each line.`);
}
