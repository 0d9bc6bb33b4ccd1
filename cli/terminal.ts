import { once } from 'node:events';
import { styleText } from 'node:util';
import { visible, visibleInColour } from './visible.ts';
import { wrap } from './wrap.ts';

/** The output of a command, and its abilities. */
export interface Terminal {
  /** Writes a result, which scripts may read: text, or JSON of `toJson`. Hidden characters of a text are made visible. */
  print(text: string): void;
  /** Writes a part of the results as it is: of JSON or of a file. Resolves when the stream can take more, so that memory does not fill. */
  write(text: string): Promise<void>;
  /** Writes a note for people to standard error. */
  note(text: string): void;
  /** Replaces the progress line. An empty text removes it. */
  status(text: string): void;
  /** Columns of the terminal for results; infinite when they go to a file or to another program. */
  readonly columns: number;
  readonly colours: boolean;
  /** Whether notes go to a terminal, which can show a progress bar. */
  readonly live: boolean;
  /** Characters in a line of notes. */
  readonly noteColumns: number;
  /** Whether the command can ask a question. */
  readonly asks: boolean;
}

const USUAL_COLUMNS = 80;
/** A narrower terminal breaks lines itself. */
const NARROWEST = 20;

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  const noteColumns = columnsOf(stderr);
  const colours = stdout.isTTY && stdout.hasColors(); // which looks at NO_COLOR
  const shown = colours ? visibleInColour : visible;
  return {
    print: (text) => stdout.write(`${shown(text)}\n`),
    write: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    note: (text) => stderr.write(`${wrap(visible(text), noteColumns).join('\n')}\n`),
    status: (text) => stderr.write(`\r${visible(text)}\u001B[K`),
    columns: columnsOf(stdout),
    colours,
    live: stderr.isTTY,
    noteColumns,
    asks: stdin.isTTY && stderr.isTTY,
  };
}

function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? Math.max(NARROWEST, stream.columns || USUAL_COLUMNS) : Number.POSITIVE_INFINITY;
}

const TONES: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  applied: 'green',
  Succeeded: 'green',
  refused: 'yellow',
  PartiallySucceeded: 'yellow',
  Canceled: 'yellow',
  AwaitingApproval: 'yellow',
  failed: 'red',
  Failed: 'red',
};

/** A word in the colour of what it means, where there are colours. */
export function tinted(word: string, { colours }: Pick<Terminal, 'colours'>): string {
  const tone = TONES[word];
  return colours && tone !== undefined ? styleText(tone, word, { validateStream: false }) : word;
}

/** Text for people, whose lines fit the terminal. */
export function prose(text: string, { columns }: Pick<Terminal, 'columns'>): string {
  return wrap(visible(text), columns).join('\n');
}
