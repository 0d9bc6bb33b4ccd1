import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { groupBy } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

/** Ids of users who are registered, and of users who are not. */
const stagedRegistrationsSchema = z.object({ yes: z.array(z.string()), no: z.array(z.string()) });

/** The source: the registration report, or each user's methods (`asked`). */
export type RegistrationSource = 'report' | 'asked';

/** Stages whether users are registered, by object id. */
export async function putStagedRegistrations(
  staged: StagedPages,
  sweep: Sweep,
  source: RegistrationSource,
  page: number,
  registrations: ReadonlyMap<string, boolean>,
): Promise<void> {
  const byLane = [...groupBy(registrations, ([id]) => laneOf(id))].map(([lane, members]) => {
    const idsOf = (wanted: boolean) => members.filter(([, registered]) => registered === wanted).map(([id]) => id);
    return [lane, { yes: idsOf(true), no: idsOf(false) }] as const;
  });
  await staged.put(stagedOf(sweep, source), page, new Map(byLane));
}

/** Whether users of a lane are registered according to the source, by object id. It does not know all users. */
export async function readStagedRegistrations(
  staged: StagedPages,
  sweep: Sweep,
  source: RegistrationSource,
  lane: string,
): Promise<ReadonlyMap<string, boolean>> {
  const registrations = new Map<string, boolean>();
  for await (const page of staged.read(stagedOf(sweep, source), lane, stagedRegistrationsSchema)) {
    for (const id of page.yes) registrations.set(id, true);
    for (const id of page.no) registrations.set(id, false);
  }
  return registrations;
}
