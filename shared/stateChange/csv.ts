import type { CsvError } from 'csv-parse/sync';
import { InvalidRequestError, toError } from '../errors.ts';
import { readStateChangeRequest, type StateChangeRequest } from './request.ts';
import { findUserColumn, USER_COLUMN_NAMES } from './userColumns.ts';

/** Limits on a line, in bytes, and on the cells of a file. They are checked before the parser uses memory. */
const LINE_MAX_BYTES = 65_536;
const MAX_CELLS = 2_000_000;

/**
 * Reads a request whose users are in a column of a CSV file (`userColumns.ts`). The file follows RFC 4180; a byte order
 * mark, quotes and both kinds of line ends are accepted, and other columns are ignored.
 * @param options the other properties of the request
 * @throws InvalidRequestError
 */
export async function readCsvRequest(text: string, options: object): Promise<StateChangeRequest> {
  return readStateChangeRequest({ ...options, users: await readUserColumn(text) });
}

/**
 * A column of a CSV file, in order, without empty lines.
 * @param column its name, in whatever case; by default one that names users
 * @throws InvalidRequestError for a file without the column, or with rows of different lengths
 */
export async function readUserColumn(text: string, column?: string): Promise<string[]> {
  if (countCells(text) > MAX_CELLS)
    throw new InvalidRequestError(
      `The CSV file must have at most ${MAX_CELLS} cells. Send only the column that names the users.`,
      {
        code: 'InvalidCsv',
        target: 'body',
      },
    );
  const { parse } = await import('csv-parse/sync');
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true, max_record_size: LINE_MAX_BYTES });
  } catch (thrown) {
    throw new InvalidRequestError(`The CSV file cannot be read: ${explain(toError(thrown) as CsvError)}`, {
      code: 'InvalidCsv',
      target: 'body',
    });
  }
  const [header, ...lines] = rows;
  const index = findColumn(header ?? [], column);
  if (index === undefined)
    throw new InvalidRequestError(
      `The CSV file needs a header line with a column ${column === undefined ? USER_COLUMN_NAMES : `"${column}"`} that holds object ids or user principal names.`,
      { code: 'InvalidCsv', target: 'body' },
    );
  return lines.map((line) => line[index] ?? '').filter((user) => user !== '');
}

function findColumn(header: readonly string[], column: string | undefined): number | undefined {
  if (column === undefined) return findUserColumn(header);
  const index = header.findIndex((name) => name.toLowerCase() === column.toLowerCase());
  return index < 0 ? undefined : index;
}

/** An upper bound of the number of cells. */
function countCells(text: string): number {
  let cells = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x2c || character === 0x0a || character === 0x0d) cells++;
  }
  return cells;
}

/** The parser's message may repeat text of the file, so it is not passed on. */
function explain(error: CsvError): string {
  const line = 'lines' in error ? ` near line ${String(error.lines)}` : '';
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH')
    return `a row${line} has more or fewer columns than the header.`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return `a row${line} has more than ${LINE_MAX_BYTES} bytes.`;
  return `quotes do not match${line}.`;
}
