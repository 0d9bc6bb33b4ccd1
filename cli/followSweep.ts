import { type SweepStartView, type SweepView, sweepStartSchema, sweepViewSchema } from '../shared/http/sweepList.ts';
import { exitCodes, Failure } from './failure.ts';
import { whenInterrupted } from './interruption.ts';
import { grouped } from './lists.ts';
import type { Session } from './session.ts';
import { toJson } from './visible.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

type Progress = Pick<SweepStartView, 'step' | 'listedUsers' | 'expectedUsers'> & Partial<Pick<SweepView, 'users'>>;

/** What a sweep does at each step. */
const STEPS: Readonly<Record<string, string>> = {
  list: 'lists users',
  states: 'reads states',
  promotions: 'looks at promotions',
  report: 'reads the registration report',
  ask: 'reads methods',
  follow: 'compares users',
  promote: 'requests promotions',
  finish: 'finishes',
};

/** How far a sweep is, in a few words. */
export function progressOf({ step, listedUsers, expectedUsers, users = [] }: Progress): string {
  if (step === null) return 'waits to begin';
  const all = step === 'list' ? expectedUsers : listedUsers;
  const done = step === 'list' ? listedUsers : users.reduce((sum, { users: count }) => sum + count, 0);
  const what = STEPS[step] ?? step;
  if (step !== 'list' && step !== 'follow') return `${what}, ${grouped(listedUsers)} users`;
  return all === null ? `${what}, ${grouped(done)} so far` : `${what}, ${grouped(done)} of about ${grouped(all)}`;
}

/**
 * Starts a sweep, waits until it is completed, shows its progress, and prints its report.
 * @returns the exit code: a sweep that has failed is incomplete
 */
export async function followSweep(session: Session): Promise<number> {
  const { terminal, wait, json, commandFor } = session;
  const before = await newestReport(session);
  const started = await startSweep(session);
  const { sweep } = started;
  // The report of a sweep that has failed before stays until an invocation continues it.
  const isOld = (report: SweepView): boolean => report.sweep === before?.sweep && report.resumed <= before.resumed;
  whenInterrupted(
    () =>
      new Failure('Interrupted', `Sweep ${sweep} continues without this command. To see it, run`, {
        commands: [commandFor('sweep list --limit 1')],
      }),
  );
  const show = (progress: Progress): void => {
    if (terminal.live) terminal.status(`Sweep ${sweep} ${progressOf(progress)}`.slice(0, terminal.noteColumns - 1));
  };
  show(started);
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
      await wait(pauseMs);
      const report = await reportOf(sweep, session);
      if (report === undefined) continue;
      show(report);
      if (report.status === 'running' || (report.status === 'failed' && isOld(report))) continue;
      if (terminal.live) terminal.status('');
      terminal.print(json ? toJson(report) : sentence(report));
      return report.status === 'completed' ? 0 : exitCodes.incomplete;
    }
  } finally {
    if (terminal.live) terminal.status('');
  }
}

/** Asks the service to start a sweep. */
export async function startSweep({ api }: Session): Promise<SweepStartView> {
  return sweepStartSchema.parse((await api.post('sweeps', undefined, undefined)).body);
}

async function newestReport({ api }: Session): Promise<SweepView | undefined> {
  for await (const entry of api.list('sweeps')) return sweepViewSchema.parse(entry);
  return undefined;
}

async function reportOf(sweep: number, { api }: Session): Promise<SweepView | undefined> {
  for await (const entry of api.list('sweeps')) {
    const report = sweepViewSchema.parse(entry);
    if (report.sweep <= sweep) return report.sweep === sweep ? report : undefined;
  }
  return undefined;
}

function sentence({ sweep, status, listedUsers, entries, notes, problem }: SweepView): string {
  if (status !== 'completed')
    return `Sweep ${sweep} has failed, and the service tries again later. ${problem ?? ''}`.trim();
  const found = Object.entries(entries).map(([event, count]) => `${count} ${event}`);
  const what = found.length === 0 ? 'nothing new' : found.join(', ');
  return [`Sweep ${sweep} is completed: ${grouped(listedUsers)} users, ${what}.`, ...notes].join('\n');
}
