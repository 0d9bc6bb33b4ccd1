import { isReference } from '../domain/userReference.ts';
import { fileError } from './fileError.ts';

/** Limits on a line, in characters, and on the cells of a file. They are checked before the parser uses memory. */
const LINE_MAX_LENGTH = 65_536;
const MAX_CELLS = 2_000_000;

export const separators = [',', ';', '\t', '|'] as const;
export type Separator = (typeof separators)[number];

/** One row of a file. */
export interface Row {
  readonly cells: readonly string[];
  /** The line of the file where the row begins, from 1. */
  readonly line: number;
}

/** What splits text into rows. */
export type RowReader = (text: string, separator: Separator) => Row[];

/**
 * Loads the parser of CSV. Its rows have no blank lines; rows may have any length. A quote that never ends, or in the
 * wrong place, harms only its own line.
 */
export async function loadRowReader(): Promise<RowReader> {
  const { parse } = await import('csv-parse/sync');

  /** @throws CsvError for quotes that do not match */
  function parseQuoted(text: string, separator: Separator): Row[] {
    const records = parse(text, { ...options(separator), info: true }) as unknown as readonly ParsedRecord[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines - lineBreaksIn(record) }));
  }

  function parseEachLine(text: string, separator: Separator): Row[] {
    return text.split('\n').flatMap((line, index): Row[] => {
      if (line.trim() === '') return [];
      try {
        return parseQuoted(line, separator).map(({ cells }) => ({ cells, line: index + 1 }));
      } catch {
        const [record = []] = parse(line, { ...options(separator), quote: false }) as string[][];
        return [{ cells: record.map((cell) => cell.replace(/^"|"$/g, '')), line: index + 1 }];
      }
    });
  }

  return (text, separator) => {
    const lines = text.replace(/\r\n?/g, '\n');
    checkSize(lines, separator);
    try {
      const rows = parseQuoted(lines, separator);
      if (!rows.some((row) => hidesUsers(row, separator))) return rows;
    } catch {
      // Each line for itself then.
    }
    return parseEachLine(lines, separator);
  };
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function options(delimiter: Separator) {
  return {
    bom: true,
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  };
}

function lineBreaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

/** Whether a cell with line breaks has lines with users: then its quote was not meant to end there. */
function hidesUsers({ cells }: Row, separator: Separator): boolean {
  return cells.some((cell) => {
    const [, ...lines] = cell.split('\n');
    return lines.some((line) => line.split(separator).some((part) => isReference(part.replaceAll('"', '').trim())));
  });
}

/** @throws InvalidRequestError for a file that is larger than any list of users */
function checkSize(text: string, separator: Separator): void {
  let cells = 1;
  let lineStart = 0;
  let line = 1;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at] ?? '\n';
    if (character === separator) cells++;
    if (character !== '\n') continue;
    if (at - lineStart > LINE_MAX_LENGTH)
      throw fileError(`Line ${line} has more than ${LINE_MAX_LENGTH} characters. Write one user on each line.`);
    cells++;
    line++;
    lineStart = at + 1;
  }
  if (cells > MAX_CELLS)
    throw fileError(`The file must have at most ${MAX_CELLS} cells. Send only the column that names the users.`);
}
