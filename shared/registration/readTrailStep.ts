import { type AuditedEvent, readDirectoryAudits } from '../graph/directoryAudits.ts';
import type { GraphIdentity } from '../graph/graphIdentity.ts';
import { explainRead } from '../graph/refusal.ts';
import { NO_LICENCE } from '../graph/registrationReport.ts';
import { before } from '../users/outsideChange.ts';
import { putStagedTrail } from './staged/stagedTrail.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** The step after the audit log, also when it cannot be read. */
const NEXT: Sweep['step'] = { kind: 'ask', lane: 0, after: '', part: 0, carried: [] };

/** The audit log shows an event up to this long after it happened. Later ones are not read. */
export const TRAIL_MAY_LAG_MS = 24 * 60 * 60_000;

/** A tenant that synchronizes many users has many events that are read in vain. Older ones are left out. */
const MAX_PAGES = 100;

/** From when on the audit log is read: events that the last sweep could not see yet are included. */
export function trailFrom({ completed, listedFrom }: Sweep): string {
  return before(completed?.auditedFrom ?? listedFrom, TRAIL_MAY_LAG_MS);
}

/**
 * Stages one page of the audit log of Entra, without the changes of this service. The sweep also works without this log: then
 * it does not know who made a change outside, and only between which times.
 */
export async function readTrailStep(sweep: Sweep, step: StepOf<'trail'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, sweepGraph, reportPauseMs, graphIdentity } = deps;
  const page = await sweepGraph.page((send) => readDirectoryAudits(send, trailFrom(sweep), step.nextLink));
  const next: Sweep = { ...sweep, step: NEXT };
  if (page.kind === 'expired')
    return withNote(
      { ...next, isTrailRead: false },
      'The audit log of Entra could not be read to its end, because a link to the next page expired. Older changes outside are recorded without who made them.',
    );
  if (page.kind === 'refused') {
    const without = { ...next, isTrailRead: false };
    if (page.code === NO_LICENCE) return without;
    const { message } = explainRead(page, 'the audit log of Entra', 'AuditLog.Read.All');
    return withNote(without, `${message} Changes outside are recorded without who made them.`);
  }
  const identity = await graphIdentity();
  const events = page.items.flat().filter((event) => isOutside(event, identity));
  await putStagedTrail(staged, sweep, step.page, events);
  if (page.nextLink === null) return next;
  if (step.page + 1 >= MAX_PAGES)
    return withNote(
      next,
      'The audit log of Entra has more events than one sweep reads. Older changes outside are recorded without who made them.',
    );
  await sweepGraph.pause(reportPauseMs);
  return { ...sweep, step: { kind: 'trail', page: step.page + 1, nextLink: page.nextLink } };
}

/** Changes by applications are left out while the own identity is not known: they may be those of this service. */
function isOutside(event: AuditedEvent, identity: GraphIdentity | undefined): boolean {
  if (event.kind === 'registration' || event.by?.kind !== 'application') return true;
  const { id, application } = event.by;
  const ids = [id, application].filter((one) => one !== undefined).map((one) => one.toLowerCase());
  const own = [identity?.appId, identity?.objectId].flatMap((one) => one?.toLowerCase() ?? []);
  return own.length > 0 && !ids.some((one) => own.includes(one));
}
