import { Format, Presets, SingleBar } from 'cli-progress';
import type { OperationView } from '../shared/http/operationView.ts';
import type { Terminal } from './terminal.ts';

/** Below this width of the terminal the bar stands alone. */
const NARROW = 70;

/** Shows how far an operation has come: a bar with rate and time left on a terminal, and nothing elsewhere. */
export interface ProgressBar {
  show(operation: OperationView): void;
  end(): void;
}

/** @param now milliseconds since any fixed moment */
export function progressBar({ live, colours }: Terminal, now: () => number): ProgressBar {
  if (!live) return { show: () => {}, end: () => {} };
  const columns = process.stderr.columns || 80;
  const narrow = columns < NARROW;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: narrow ? '{bar} {done}/{all}' : '{bar} {done} of {all} | {rate}/s | {left} | {outcomes}',
      barsize: narrow ? Math.max(5, columns - 20) : 20,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      gracefulExit: false,
      formatBar: Format.BarFormat,
      ...(colours ? {} : { barCompleteString: '#'.repeat(100), barIncompleteString: '.'.repeat(100) }),
    },
    Presets.shades_classic,
  );
  let from: { readonly at: number; readonly done: number } | undefined;
  return {
    show: (operation) => {
      const { references, counts } = operation;
      const done = references - counts.pending;
      const payload = { done, all: references, ...pace(done), outcomes: outcomesOf(operation) };
      if (from === undefined) {
        from = { at: now(), done };
        bar.start(Math.max(1, references), done, { ...payload, rate: '-', left: 'waiting' });
      } else {
        bar.setTotal(Math.max(1, references));
        bar.update(done, payload);
      }

      function pace(settled: number): { rate: string; left: string } {
        const seconds = from === undefined ? 0 : (now() - from.at) / 1000;
        const rate = from === undefined || seconds === 0 ? 0 : (settled - from.done) / seconds;
        if (rate <= 0) return { rate: '-', left: 'waiting' };
        return { rate: rate.toFixed(rate < 10 ? 1 : 0), left: `${duration((references - settled) / rate)} left` };
      }
    },
    end: () => {
      if (from !== undefined) bar.stop();
    },
  };
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
