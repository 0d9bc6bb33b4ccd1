import type { Findings, Measure } from './benchmark.ts';
import type { BenchmarkName } from './options.ts';

/** The result of a benchmark, with machine and time. */
export interface Report extends Findings {
  readonly name: BenchmarkName;
  /** How long the benchmark took, with starting and stopping everything. */
  readonly seconds: number;
  readonly machine: string;
  readonly node: string;
  /** ISO 8601. */
  readonly date: string;
}

/** A report for people. */
export function readable({ name, seconds, machine, node, date, measures, targets, notes }: Report): string {
  return [
    `${name}  (${seconds} s, ${machine}, Node.js ${node}, ${date})`,
    ...aligned(Object.entries(measures).map(([what, measure]) => [what, measureText(measure)])),
    ...aligned(
      targets.map(({ what, target, value, reached }) => [
        reached ? 'reached' : 'NOT REACHED',
        `${value ?? 'unknown'}, ${target}: ${what}`,
      ]),
    ),
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}

function measureText(measure: Measure): string {
  if (typeof measure === 'number') return String(measure);
  if (isSpread(measure)) {
    const { median, min, max, runs } = measure;
    return runs === 1 ? `${median}` : `${median}  (${min} to ${max}, ${runs} runs)`;
  }
  return Object.entries(measure)
    .map(([what, value]) => `${what} ${value}`)
    .join(', ');
}

function isSpread(measure: Exclude<Measure, number>): measure is Extract<Measure, { runs: number; median: number }> {
  return 'median' in measure && 'runs' in measure;
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
