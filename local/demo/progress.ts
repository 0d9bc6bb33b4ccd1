import { clearLine, cursorTo } from 'node:readline';
import type { WriteStream } from 'node:tty';

/** The progress of an operation, in one line. */
export interface Standing {
  readonly references: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** How often a line is written where lines cannot be rewritten, in milliseconds. */
const PLAIN_EVERY_MS = 5_000;
/** Some terminals do not say how wide they are. */
const NARROW_TERMINAL = 80;
const BAR_LENGTH = 30;

/** Shows the progress: one line that is rewritten on a terminal, and occasional lines elsewhere. */
export class ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  #plainAt = Number.NEGATIVE_INFINITY;
  #rewriting = false;

  /** @param now milliseconds since any fixed moment */
  constructor(stream: NodeJS.WriteStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  /** Says once what happens next. */
  step(text: string): void {
    this.end();
    this.#stream.write(`${text}\n`);
  }

  /** @param final always shown */
  show(standing: Standing, seconds: number, final = false): void {
    const line = progressLine(standing, seconds);
    if (this.#stream.isTTY) {
      const terminal: WriteStream = this.#stream;
      cursorTo(terminal, 0);
      terminal.write(line.slice(0, (terminal.columns || NARROW_TERMINAL) - 1)); // a line that wraps stays
      clearLine(terminal, 1);
      this.#rewriting = true;
    } else if (final || this.#now() - this.#plainAt >= PLAIN_EVERY_MS) {
      this.#plainAt = this.#now();
      this.#stream.write(`${line}\n`);
    }
  }

  /** Leaves the last line standing. Whatever is written next begins a line of its own. */
  end(): void {
    if (this.#rewriting) this.#stream.write('\n');
    this.#rewriting = false;
  }
}

/** One line: how much is done, and with which outcomes. */
export function progressLine({ references, counts }: Standing, seconds: number): string {
  const done = references - (counts.pending ?? references);
  const filled = references === 0 ? 0 : Math.floor((done / references) * BAR_LENGTH);
  const bar = '#'.repeat(filled).padEnd(BAR_LENGTH, '.');
  const outcomes = Object.entries(counts)
    .filter(([outcome, count]) => outcome !== 'pending' && count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  return [`[${bar}] ${done} of ${references}`, `${seconds.toFixed(1)} s`, ...outcomes].join('  ');
}
