import { isReference } from '../domain/userReference.ts';
import { checkSize } from './fileSize.ts';

export const separators = [',', ';', '\t', '|'] as const;
export type Separator = (typeof separators)[number];

/** One row of a file. */
export interface Row {
  readonly cells: readonly string[];
  /** The line of the file where the row begins, from 1. */
  readonly line: number;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_END = /\r\n?|\n/g;

/**
 * Splits a CSV file into rows (RFC 4180), with blanks around cells removed. Rows may have any length, and blank lines are
 * none. A quote that never ends, or in the wrong place, harms only its own line. The time grows with the length of the
 * text, whatever its content: a parser that reports faults by throwing has to start again for each line.
 * @throws InvalidRequestError for a file with more lines or cells than any list of users
 */
export function readRows(text: string, separator: Separator): Row[] {
  checkSize(text, separator);
  const rows = parse(text, separator);
  if (rows !== undefined && !rows.some((row) => hidesUsers(row, separator))) return rows;
  return parseEachLine(text, separator);
}

/** @returns undefined when the quotes do not match */
function parse(text: string, separator: Separator): Row[] | undefined {
  const stop = separator.charCodeAt(0);
  const rows: Row[] = [];
  let line = 1;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; line++) {
    if (!isLineEnd(text.charCodeAt(at))) {
      const row = readRow(text, at, stop);
      if (row === undefined) return undefined;
      if (row.cells.length > 1 || row.cells[0] !== '') rows.push({ cells: row.cells, line });
      line += row.lineBreaks;
      at = row.end;
    }
    at += text.charCodeAt(at) === RETURN && text.charCodeAt(at + 1) === LINE_FEED ? 2 : 1;
  }
  return rows;
}

/** The cells up to the end of a line, with the number of line breaks in cells. */
function readRow(text: string, start: number, stop: number) {
  const cells: string[] = [];
  let lineBreaks = 0;
  for (let at = start; ; at++) {
    const cell = readCell(text, at, stop);
    if (cell === undefined) return undefined;
    cells.push(cell.value);
    if (cell.isQuoted && cell.value.includes('\n')) lineBreaks += cell.value.split('\n').length - 1;
    at = cell.end;
    if (text.charCodeAt(at) !== stop) return { cells, lineBreaks, end: at };
  }
}

function isLineEnd(code: number): boolean {
  return code === LINE_FEED || code === RETURN;
}

interface Cell {
  readonly value: string;
  readonly isQuoted: boolean;
  /** The position of the separator or the line end after the cell, or of the end of the text. */
  readonly end: number;
}

/** @returns undefined when the quote of the cell does not end, or ends in the middle of a cell of several lines */
function readCell(text: string, start: number, stop: number): Cell | undefined {
  const first = afterBlanks(text, start, stop);
  if (text.charCodeAt(first) !== QUOTE) {
    const end = endOfCell(text, first, stop);
    return { value: text.slice(first, end).trim(), isQuoted: false, end };
  }
  const closing = closingQuote(text, first);
  if (closing < 0) return undefined;
  const after = afterBlanks(text, closing + 1, stop);
  const end = endOfCell(text, after, stop);
  if (after === end) {
    const value = text
      .slice(first + 1, closing)
      .replaceAll('""', '"')
      .replace(LINE_END, '\n');
    return { value, isQuoted: true, end };
  }
  // Text after the quote: the cell is what stands there, with its quotes.
  const value = text.slice(first, end).trim();
  return /[\r\n]/.test(value) ? undefined : { value, isQuoted: true, end };
}

/** The quote that ends a cell: two quotes are one quote of its text. -1 when there is none. */
function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1);
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2);
  return at;
}

function afterBlanks(text: string, start: number, stop: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); (code === SPACE || code === TAB) && code !== stop; code = text.charCodeAt(at))
    at++;
  return at;
}

function endOfCell(text: string, start: number, stop: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === stop || isLineEnd(code)) break;
  }
  return at;
}

/** Each line for itself; the quotes of a line in which they do not match are text. */
function parseEachLine(text: string, separator: Separator): Row[] {
  return text.split(/\r\n?|\n/).flatMap((content, index): Row[] => {
    if (content.trim() === '') return [];
    const line = index + 1;
    const rows = parse(content, separator);
    if (rows !== undefined) return rows.map(({ cells }) => ({ cells, line }));
    return [{ cells: content.split(separator).map((cell) => cell.trim().replace(/^"|"$/g, '')), line }];
  });
}

/** Whether a cell with line breaks has lines with users: then its quote was not meant to end there. */
function hidesUsers({ cells }: Row, separator: Separator): boolean {
  return cells.some((cell) => {
    if (!cell.includes('\n')) return false;
    const [, ...lines] = cell.split('\n');
    return lines.some((line) => line.split(separator).some((part) => isReference(part.replaceAll('"', '').trim())));
  });
}
