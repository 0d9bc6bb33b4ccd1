import type { CsvError } from 'csv-parse/sync';
import { InvalidRequestError, toError } from '../errors.ts';
import { csvOptionsSchema, invalid, readStateChangeRequest, type StateChangeRequest, toDetails } from './request.ts';

/** The column that names the users. */
const COLUMN = 'user';

/**
 * Reads a request whose users are the `user` column of a CSV file (RFC 4180; a byte order mark, quotes and either kind of
 * line end are fine; other columns are passed over) and whose other properties are in the query.
 * @throws InvalidRequestError
 */
export async function readCsvRequest(text: string, query: URLSearchParams): Promise<StateChangeRequest> {
  const options = csvOptionsSchema.safeParse(Object.fromEntries(query));
  if (!options.success) throw invalid(options.error.issues.flatMap(toDetails));
  return readStateChangeRequest({ ...options.data, users: await readUserColumn(text) });
}

/**
 * The `user` column of a CSV file, in order, without empty lines.
 * @throws InvalidRequestError for a file without the column, or with rows of different lengths
 */
export async function readUserColumn(text: string): Promise<string[]> {
  const { parse } = await import('csv-parse/sync');
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (thrown) {
    throw new InvalidRequestError(`The CSV file cannot be read: ${explain(toError(thrown) as CsvError)}`, {
      code: 'InvalidCsv',
      target: 'body',
    });
  }
  const [header, ...lines] = rows;
  const column = header?.findIndex((name) => name.toLowerCase() === COLUMN) ?? -1;
  if (column < 0)
    throw new InvalidRequestError(
      `The CSV file needs a header line with a column "${COLUMN}" that holds object ids or user principal names.`,
      { code: 'InvalidCsv', target: 'body' },
    );
  return lines.map((line) => line[column] as string).filter((user) => user !== '');
}

/** The parser's own words may repeat what stands in the file. */
function explain(error: CsvError): string {
  const line = 'lines' in error ? ` near line ${String(error.lines)}` : '';
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH')
    return `a row${line} has more or fewer columns than the header.`;
  return `quotes do not match${line}.`;
}
