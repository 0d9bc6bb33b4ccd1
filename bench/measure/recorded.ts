import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkNames } from './options.ts';
import type { Report } from './report.ts';

const BEGIN = '<!-- results -->';
const END = '<!-- /results -->';

/**
 * Keeps a report, and shows it with the others in the README of the benchmarks.
 * @param folder of the benchmarks: `bench`
 */
export function record(folder: string, report: Report): void {
  const results = join(folder, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${report.name}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  const reports = benchmarkNames
    .map((name) => join(results, `${name}.json`))
    .filter((file) => existsSync(file))
    // Our own files, taken at their word.
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
  const readme = join(folder, 'README.md');
  writeFileSync(readme, withResults(readFileSync(readme, 'utf8'), reports));
}

/**
 * The text with a table of what was reached in the place of the one before.
 * @throws Error when the text has no such place
 */
export function withResults(text: string, reports: readonly Report[]): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`There is no place for results: ${BEGIN} and ${END}.`);
  return `${text.slice(0, begin)}${BEGIN}\n${resultsOf(reports)}\n${text.slice(end)}`;
}

function resultsOf(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ name, targets }) =>
    targets.map(
      ({ what, target, value, reached }) =>
        `| \`${name}\` | ${what} | ${target} | ${value ?? 'unknown'} | ${reached ? 'yes' : 'no'} |`,
    ),
  );
  const runs = reports.map(
    ({ name, date, machine, node, seconds }) =>
      `- \`${name}\`: ${date.slice(0, 10)}, ${machine}, Node.js ${node}, ${seconds} s`,
  );
  return [
    '',
    '| benchmark | what | target | value | reached |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...runs,
    '',
  ].join('\n');
}
