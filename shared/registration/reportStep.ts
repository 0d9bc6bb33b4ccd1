import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { NO_LICENCE, readReportPage } from '../graph/registrationReport.ts';
import { groupBy } from '../groupBy.ts';
import { wait } from '../wait.ts';
import type { SweepEffects } from './effects.ts';
import { type StepOf, type Sweep, withNote } from './sweep.ts';

const stagedReportSchema = z.object({ yes: z.array(z.string()), no: z.array(z.string()) });

/** Where the sweep goes on when the report has been read, or cannot be. */
const NEXT: Sweep['step'] = { kind: 'ask', lane: 0, after: '', part: 0, carried: [] };

/**
 * Stages one page of the registration report. A tenant that has none is asked for the methods of every enabled user
 * instead.
 */
export async function reportStep(sweep: Sweep, step: StepOf<'report'>, effects: SweepEffects): Promise<Sweep> {
  const { staged, sweepGraph, reportPauseMs } = effects;
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
  const byLane = new Map(
    [...groupBy(page.items, (user) => laneOf(user.id))].map(([lane, members]) => [
      lane,
      {
        yes: members.filter(({ registered }) => registered).map(({ id }) => id),
        no: members.filter(({ registered }) => !registered).map(({ id }) => id),
      },
    ]),
  );
  await staged.put({ sweepId: sweep.id, kind: 'report', attempt: sweep.attempt }, step.page, byLane);
  if (page.nextLink === null) return { ...sweep, step: NEXT };
  await wait(reportPauseMs);
  return { ...sweep, step: { kind: 'report', page: step.page + 1, nextLink: page.nextLink } };
}

/** What the report says of the users of a lane: registered or not. Of some it says nothing. */
export async function reported(sweep: Sweep, lane: string, { staged }: SweepEffects): Promise<Map<string, boolean>> {
  const said = new Map<string, boolean>();
  const pile = { sweepId: sweep.id, kind: 'report', attempt: sweep.attempt } as const;
  for await (const page of staged.read(pile, lane, stagedReportSchema)) {
    for (const id of page.yes) said.set(id, true);
    for (const id of page.no) said.set(id, false);
  }
  return said;
}
