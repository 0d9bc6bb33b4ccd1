import { isTerminal } from '../shared/domain/operation.ts';
import type { OperationView } from '../shared/http/operationView.ts';
import type { Terminal } from './terminal.ts';

/** Shows how far an operation has come: a bar with rate and time left on a terminal, and nothing elsewhere. */
export interface ProgressBar {
  show(operation: OperationView): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_COLUMNS = 20;

/**
 * The bar is one line that is written anew, and never wider than the terminal. It changes no setting of the terminal, so
 * a command may end at any moment without leaving one behind.
 * @param now milliseconds since any fixed moment
 */
export function progressBar({ live, colours, noteColumns, status }: Terminal, now: () => number): ProgressBar {
  if (!live) return { show: () => {}, end: () => {} };
  let from: { readonly at: number; readonly done: number } | undefined;
  return {
    show: (operation) => {
      const { references, counts } = operation;
      const done = references - counts.pending;
      from ??= { at: now(), done };
      const seconds = (now() - from.at) / 1000;
      const rate = seconds === 0 ? 0 : (done - from.done) / seconds;
      const pace =
        rate > 0 ? [`${rate.toFixed(rate < 10 ? 1 : 0)}/s`, `${duration(counts.pending / rate)} left`] : ['waiting'];
      const part = references === 0 ? 0 : done / references;
      const parts = [`${done} of ${references}`, ...(isTerminal(operation.status) ? [] : pace), outcomesOf(operation)];
      // A line as wide as the terminal would make some terminals go on to the next.
      status(fitted(bar(part, colours), parts, noteColumns - 1));
    },
    end: () => {
      if (from !== undefined) status('');
    },
  };
}

function bar(part: number, colours: boolean): string {
  const full = Math.round(part * BAR_COLUMNS);
  const [fullMark, emptyMark] = colours ? ['█', '░'] : ['#', '.'];
  return fullMark.repeat(full) + emptyMark.repeat(BAR_COLUMNS - full);
}

/** As many of the parts as fit, the first ones first; the bar itself is the least. */
function fitted(drawn: string, parts: readonly string[], columns: number): string {
  let line = '';
  for (const part of parts.filter((text) => text !== '')) {
    const longer = line === '' ? part : `${line} | ${part}`;
    if (longer.length > columns) break;
    line = longer;
  }
  const whole = `${drawn} ${line}`;
  return whole.length <= columns ? whole : line;
}

/** The outcomes so far, in a few words. */
export function outcomesOf({ counts }: OperationView): string {
  return Object.entries(counts)
    .filter(([outcome, count]) => outcome !== 'pending' && count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** A time in seconds, as people say it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`;
}
