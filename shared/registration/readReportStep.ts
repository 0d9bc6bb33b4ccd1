import { explainRead } from '../graph/refusal.ts';
import { NO_LICENCE, readReportPage } from '../graph/registrationReport.ts';
import { putStagedMethodClasses } from './staged/stagedMethodClasses.ts';
import { putStagedRegistrations } from './staged/stagedRegistrations.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** The step after the report, also when the report cannot be read. */
const NEXT: Sweep['step'] = { kind: 'trail', page: 0, nextLink: null };

/**
 * Stages one page of the registration report. In a tenant without the report, the next step reads the methods of every
 * enabled user.
 */
export async function readReportStep(sweep: Sweep, step: StepOf<'report'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, sweepGraph, reportPauseMs } = deps;
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
    const { message } = explainRead(page, 'the registration report', 'AuditLog.Read.All');
    return withNote(
      next,
      `${message} The service read the methods of all enabled users instead, which needs more requests.`,
    );
  }
  // Users without a clear answer are asked about one by one.
  const registrations = new Map(
    page.items.flatMap(({ id, registered }) => (registered === null ? [] : [[id, registered] as const])),
  );
  await putStagedRegistrations(staged, sweep, step.page, registrations);
  const classes = new Map(page.items.map(({ id, methodClass }) => [id, methodClass]));
  await putStagedMethodClasses(staged, sweep, { source: 'report', page: step.page }, classes);
  const noted =
    page.unreadable === 0
      ? sweep
      : withNote(
          sweep,
          `The registration report has entries without a readable answer (${page.unreadable} on one page). They were left out, and the service read the methods of these users if they are enabled.`,
        );
  if (page.nextLink === null) return { ...noted, step: NEXT };
  await sweepGraph.pause(reportPauseMs);
  return { ...noted, step: { kind: 'report', page: step.page + 1, nextLink: page.nextLink } };
}
