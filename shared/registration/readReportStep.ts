import { NO_LICENCE, readReportPage } from '../graph/registrationReport.ts';
import { putStagedRegistrations } from './staged/stagedRegistrations.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** The step after the report, also when the report cannot be read. */
const NEXT: Sweep['step'] = { kind: 'ask', lane: 0, after: '', part: 0, carried: [] };

/**
 * Stages one page of the registration report. In a tenant without the report, the next step reads the methods of every
 * enabled user.
 */
export async function readReportStep(sweep: Sweep, step: StepOf<'report'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, sweepGraph, reportPauseMs, wait } = deps;
  const page = await sweepGraph.page((send) => readReportPage(send, step.nextLink));
  // The pages read so far are valid. A second reading might expire again, so the sweep continues without the rest.
  if (page.kind === 'expired')
    return withNote(
      { ...sweep, step: NEXT },
      'The registration report could not be read to its end, because a link to the next page expired. The service read the methods of the remaining enabled users instead.',
    );
  if (page.kind === 'refused') {
    const next = { ...sweep, step: NEXT };
    if (page.code === NO_LICENCE) return next;
    return withNote(
      next,
      `Microsoft Graph refused the registration report (status ${page.status}, ${page.code}), so the service read the methods of all enabled users instead. Grant the permission AuditLog.Read.All to need fewer requests.`,
    );
  }
  const registrations = new Map(page.items.map(({ id, registered }) => [id, registered]));
  await putStagedRegistrations(staged, sweep, 'report', step.page, registrations);
  if (page.nextLink === null) return { ...sweep, step: NEXT };
  await wait(reportPauseMs);
  return { ...sweep, step: { kind: 'report', page: step.page + 1, nextLink: page.nextLink } };
}
