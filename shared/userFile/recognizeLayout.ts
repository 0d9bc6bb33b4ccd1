import { readReference } from '../domain/readReference.ts';
import { type Row, readRows, type Separator, separators } from './readRows.ts';
import { findUserColumns } from './userColumns.ts';

/** Lines before the header: `sep=`, `#TYPE`, a version, a title. */
const PREAMBLE_MAX_LINES = 10;
/** The lines that tell the separator. */
const SAMPLE_LINES = 20;
const PREAMBLE = /^(?:sep=|#|version:)/i;
/** The example below the header of Entra's bulk templates, in the languages of the admin center. */
const EXAMPLE =
  /^(?:example|beispiel|exemple|ejemplo|esempio|exemplo|voorbeeld|eksempel|exempel|esimerkki|przykład)\s*:/i;

/** Where a file has what. */
export interface Layout {
  readonly separator: Separator;
  /** Undefined for a file without a header: then the first cell of each row names a user. */
  readonly header: readonly string[] | undefined;
  /** The positions of the columns that name users, best first. Empty when the header has none. */
  readonly userColumns: readonly number[];
  /** The rows below the header. */
  readonly rows: readonly Row[];
}

/**
 * Finds out the separator, the header and the columns with users. A file has no header when its first cell is a user.
 * @param column the column that the caller asks for
 */
export function recognizeLayout(text: string, column: string | undefined): Layout {
  const separator = findSeparator(text, column);
  const rows = readRows(text, separator).filter((row) => !isPreamble(row));
  const top = rows.slice(0, PREAMBLE_MAX_LINES);
  const [first] = top;
  const isHeaderless = column === undefined && first !== undefined && readReference(first.cells[0] ?? '') !== undefined;
  if (isHeaderless) return { separator, header: undefined, userColumns: [0], rows: splitSingleLine(rows) };
  const found = top.findIndex(({ cells }) => findUserColumns(cells, column).length > 0);
  const headerRow = Math.max(0, found);
  const header = rows[headerRow]?.cells ?? [];
  return {
    separator,
    header,
    userColumns: findUserColumns(header, column),
    rows: rows.slice(headerRow + 1).filter(({ cells }) => !EXAMPLE.test(cells[0] ?? '')),
  };
}

function isPreamble({ cells }: Row): boolean {
  const [first = '', ...others] = cells;
  return PREAMBLE.test(first) || (first === '' && others.every((cell) => cell === ''));
}

/** One line with several users is a list that was copied from the recipients of a mail. */
function splitSingleLine(rows: readonly Row[]): readonly Row[] {
  const [only, second] = rows;
  if (only === undefined || second !== undefined) return rows;
  const cells = only.cells.filter((cell) => cell !== '');
  if (!cells.every((cell) => readReference(cell) !== undefined)) return rows;
  return cells.map((cell) => ({ cells: [cell], line: only.line }));
}

/** The separator that the first line asks for, else the one that gives columns with users, else most columns. */
function findSeparator(text: string, column: string | undefined): Separator {
  const asked = /^\ufeff?"?sep=([,;\t|])/i.exec(text)?.[1];
  const named = separators.find((separator) => separator === asked);
  if (named !== undefined) return named;
  const sample = text.split(/\r\n?|\n/, SAMPLE_LINES).join('\n');
  let best: { separator: Separator; score: number } = { separator: ',', score: -1 };
  for (const separator of separators) {
    const rows = readRows(sample, separator).filter((row) => !isPreamble(row));
    const named = rows.some(({ cells }) => findUserColumns(cells, column).length > 0);
    const users = rows.filter(({ cells }) => readReference(cells[0] ?? '') !== undefined).length;
    const columns = rows.reduce((sum, { cells }) => sum + cells.length - 1, 0);
    const score = (named ? 1_000_000 : users * 10_000) + Math.min(columns, 9_999);
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}
