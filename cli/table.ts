import { styleText } from 'node:util';
import { type Terminal, tinted } from './terminal.ts';
import { visible, visibleLine } from './visible.ts';
import { widthOf, wrap } from './wrap.ts';

export interface Column {
  readonly title: string;
  /** Prose, which may be broken between words. Names, ids and times stay whole, so that they can be copied. */
  readonly wraps?: true;
  /** Cells with several lines. In other columns than these and prose, a line feed is shown as a character. */
  readonly lines?: true;
  /** Outcomes and statuses, in the colour of what they mean. */
  readonly tinted?: true;
}

type Cells = readonly (string | number)[];

const GAP = '  ';
/** A column of prose that would be narrower is not readable. */
const NARROWEST_PROSE = 20;

/** A grid with titles; on a narrow terminal, one record after another. */
export function table(columns: readonly Column[], rows: readonly Cells[], terminal: Terminal): string {
  const cells = rows.map((row) => row.map((cell, column) => shown(String(cell), columns[column])));
  const widths = widthsOf(columns, cells, terminal.columns);
  // Text is broken before it is coloured: colours have no width, and must not be broken.
  return widths === undefined ? records(columns, cells, terminal) : grid(columns, cells, widths, terminal);
}

/** A text from outside must not look like another row, or move what follows it. */
function shown(cell: string, column: Column | undefined): string {
  return column?.wraps || column?.lines ? visible(cell) : visibleLine(cell);
}

/** The widths of the columns; undefined when they do not fit. */
function widthsOf(columns: readonly Column[], cells: readonly string[][], available: number): number[] | undefined {
  const natural = columns.map(({ title }, column) =>
    cells.reduce((widest, row) => Math.max(widest, linesWidth(row[column] ?? '')), widthOf(title)),
  );
  let left = available - GAP.length * (columns.length - 1);
  const prose: number[] = [];
  for (const [column, width] of natural.entries())
    if (columns[column]?.wraps) prose.push(column);
    else left -= width;
  const widths = [...natural];
  // The shorter ones take what they need, and the longer ones share the rest.
  for (const [taken, column] of prose.sort((a, b) => (natural[a] ?? 0) - (natural[b] ?? 0)).entries()) {
    const width = Math.min(natural[column] ?? 0, Math.floor(left / (prose.length - taken)));
    if (width < Math.min(natural[column] ?? 0, NARROWEST_PROSE)) return undefined;
    widths[column] = width;
    left -= width;
  }
  return left < 0 ? undefined : widths;
}

function linesWidth(cell: string): number {
  return cell.includes('\n') ? Math.max(...cell.split('\n').map(widthOf)) : widthOf(cell);
}

function grid(
  columns: readonly Column[],
  cells: readonly string[][],
  widths: readonly number[],
  terminal: Terminal,
): string {
  const line = (parts: readonly string[], style: (text: string, column: number) => string): string =>
    widths
      .map((width, column) => {
        const part = parts[column] ?? '';
        return `${style(part, column)}${' '.repeat(width - widthOf(part))}`;
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    (title) => heading(title, terminal),
  );
  const body = cells.flatMap((row) => {
    const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
    return Array.from({ length: Math.max(...wrapped.map(({ length }) => length)) }, (_, index) =>
      line(
        wrapped.map((lines) => lines[index] ?? ''),
        (text, column) => (columns[column]?.tinted ? tinted(text, terminal) : text),
      ),
    );
  });
  return [head, ...body].join('\n');
}

function records(columns: readonly Column[], cells: readonly string[][], terminal: Terminal): string {
  const titleWidth = Math.max(...columns.map(({ title }) => widthOf(title)));
  const width = Math.max(1, terminal.columns - titleWidth - GAP.length);
  return cells
    .map((row) =>
      columns
        .flatMap(({ title, tinted: isTinted }, column) => {
          const cell = row[column] ?? '';
          if (cell === '') return [];
          return wrap(cell, width).map((text, index) => {
            const before = index === 0 ? heading(title, terminal) : '';
            const gap = ' '.repeat(titleWidth - (index === 0 ? widthOf(title) : 0));
            return `${before}${gap}${GAP}${isTinted ? tinted(text, terminal) : text}`;
          });
        })
        .join('\n'),
    )
    .join('\n\n');
}

function heading(title: string, { colours }: Terminal): string {
  return colours && title !== '' ? styleText('bold', title, { validateStream: false }) : title;
}
