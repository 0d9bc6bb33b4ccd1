import { styleText } from 'node:util';
import Table from 'cli-table3';

/** Where a command writes, and what that place can do. */
export interface Terminal {
  /** Results: what a script reads. */
  print(text: string): void;
  /** What goes on: for people only. */
  note(text: string): void;
  /** Characters in a line of results. */
  readonly columns: number;
  readonly colours: boolean;
  /** Whether somebody looks at the notes as they come, so that a bar makes sense. */
  readonly live: boolean;
  /** Whether somebody can be asked. */
  readonly asks: boolean;
}

/** A file or a pipe has no width, and what reads it does not want its lines broken. */
const WIDE = 200;
const NARROWEST = 40;

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  return {
    print: (text) => stdout.write(`${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    columns: stdout.isTTY ? Math.max(NARROWEST, stdout.columns || 80) : WIDE,
    colours: stdout.isTTY && stdout.hasColors(), // which looks at NO_COLOR
    live: stderr.isTTY,
    asks: stdin.isTTY && stderr.isTTY,
  };
}

const TONES: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  applied: 'green',
  Succeeded: 'green',
  refused: 'yellow',
  PartiallySucceeded: 'yellow',
  Canceled: 'yellow',
  failed: 'red',
  Failed: 'red',
};

/** A word in the colour of what it means, where there are colours. */
export function tinted(word: string, { colours }: Terminal): string {
  const tone = TONES[word];
  return colours && tone !== undefined ? styleText(tone, word, { validateStream: false }) : word;
}

/**
 * A table as wide as the terminal at most: what does not fit is broken within the columns that give way.
 * @param givesWay the columns, by number, that share what the others leave; the last one when missing
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  terminal: Terminal,
  givesWay: readonly number[] = [head.length - 1],
): string {
  const natural = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => Math.max(...lines(row[column]).map((line) => line.length)))),
  );
  const frame = head.length + 1 + 2 * head.length;
  const fixed = natural.reduce((sum, width, column) => (givesWay.includes(column) ? sum : sum + width), 0);
  const share = Math.max(10, Math.floor((terminal.columns - frame - fixed) / givesWay.length));
  const colWidths = natural.map((width, column) => 2 + (givesWay.includes(column) ? Math.min(width, share) : width));
  const grid = new Table({
    head: [...head],
    colWidths,
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  grid.push(
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? tinted(cell, terminal) : String(cell)))),
  );
  return grid.toString();
}

function lines(cell: string | number | undefined): string[] {
  return String(cell ?? '').split('\n');
}
