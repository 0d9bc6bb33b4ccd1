import { NO_LICENCE, readReportPage } from '../graph/registrationReport.ts';
import { putStagedRegistrations } from './staged/stagedRegistrations.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** Where the sweep goes on when the report has been read, or cannot be. */
const NEXT: Sweep['step'] = { kind: 'ask', lane: 0, after: '', part: 0, carried: [] };

/**
 * Stages one page of the registration report. A tenant that has none is asked for the methods of every enabled user
 * instead.
 */
export async function readReportStep(sweep: Sweep, step: StepOf<'report'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, sweepGraph, reportPauseMs, wait } = deps;
  const page = await sweepGraph.page((send) => readReportPage(send, step.nextLink));
  // What was read of it is true; begun again, it might never come to its end.
  if (page.kind === 'expired')
    return withNote(
      { ...sweep, step: NEXT },
      'The registration report could not be read to its end, because a link to its next page expired: the methods of all enabled users whom it had not named were looked up instead.',
    );
  if (page.kind === 'refused') {
    const next = { ...sweep, step: NEXT };
    if (page.code === NO_LICENCE) return next;
    return withNote(
      next,
      `Microsoft Graph refused the registration report (status ${page.status}, ${page.code}): the methods of all enabled users were looked up instead. With the permission AuditLog.Read.All, fewer requests are needed.`,
    );
  }
  const registrations = new Map(page.items.map(({ id, registered }) => [id, registered]));
  await putStagedRegistrations(staged, sweep, 'report', step.page, registrations);
  if (page.nextLink === null) return { ...sweep, step: NEXT };
  await wait(reportPauseMs);
  return { ...sweep, step: { kind: 'report', page: step.page + 1, nextLink: page.nextLink } };
}
