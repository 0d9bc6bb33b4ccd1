import { isTerminal } from '../shared/domain/operation.ts';
import type { OperationView } from '../shared/http/operationView.ts';
import type { Terminal } from './terminal.ts';

/** Shows the progress of an operation on a terminal: a bar with the rate and the time left. */
export interface ProgressBar {
  show(operation: OperationView): void;
  /** Removes the bar. */
  end(): void;
}

const BAR_COLUMNS = 20;

/**
 * The bar is one line that is rewritten, and it is never wider than the terminal. It changes no setting of the
 * terminal, so the command may end at any moment.
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
      // Some terminals break a line that is exactly as wide as they are.
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

/** The bar, and as many of the parts as fit, in order. */
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

/** The outcomes so far: "12 applied, 3 refused". */
export function outcomesOf({ counts }: OperationView): string {
  return Object.entries(counts)
    .filter(([outcome, count]) => outcome !== 'pending' && count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** A duration in seconds as a short text. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`;
}
