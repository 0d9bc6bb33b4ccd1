import type { ScenarioResult } from './runScenario.ts';

const COLUMNS = [
  'outage',
  'phase',
  'seconds',
  'failed',
  'lost',
  'audit twice',
  'settled after',
  'no message left after',
  'causes logged',
];

/** A table of Markdown, and what is wrong below it. */
export function reportOf(results: readonly ScenarioResult[]): string {
  const rows = results.map((result) => [
    result.outage,
    result.phase,
    String(result.seconds),
    String(result.failed),
    String(result.lost),
    String(result.auditDuplicates),
    inSeconds(result.settledSeconds),
    inSeconds(result.drainedSeconds),
    String(result.causesLogged),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(COLUMNS), `|${COLUMNS.map(() => '---').join('|')}|`, ...rows.map(line), '', ...summaryOf(results)].join(
    '\n',
  );
}

function inSeconds(seconds: number | null): string {
  return seconds === null ? 'never' : `${seconds} s`;
}

function summaryOf(results: readonly ScenarioResult[]): string[] {
  const wrong = results.filter(({ problems }) => problems.length > 0);
  const settled = results.flatMap(({ settledSeconds }) => settledSeconds ?? []);
  const total = `${results.length} outages, ${wrong.length} with problems. The last settled ${Math.max(0, ...settled)} s after its end.`;
  return [
    total,
    ...wrong.flatMap(({ outage, phase, seconds, problems }) => [
      `${outage} ${phase} ${seconds} s:`,
      ...problems.map((problem) => `  ${problem}`),
    ]),
  ];
}
