import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import type { RegisteredMethods } from '../../graph/methods.ts';
import { groupBy } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

/** Ids of users who are registered, and of users who are not; since when, as far as it is known. */
const stagedRegistrationsSchema = z.object({
  yes: z.array(z.string()),
  no: z.array(z.string()),
  since: z.record(z.string(), z.string()).default({}),
});

/** Stages whether users are registered according to the registration report, by object id. */
export async function putStagedRegistrations(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  registrations: ReadonlyMap<string, boolean>,
): Promise<void> {
  const byLane = [...groupBy(registrations, ([id]) => laneOf(id))].map(([lane, members]) => {
    const idsOf = (wanted: boolean) => members.filter(([, registered]) => registered === wanted).map(([id]) => id);
    return [lane, { yes: idsOf(true), no: idsOf(false) }] as const;
  });
  await staged.put(stagedOf(sweep, 'report'), page, new Map(byLane));
}

/** Whether users of a lane are registered according to the report, by object id. It does not know all users. */
export async function readStagedRegistrations(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlyMap<string, boolean>> {
  const registrations = new Map<string, boolean>();
  for await (const page of staged.read(stagedOf(sweep, 'report'), lane, stagedRegistrationsSchema)) {
    for (const id of page.yes) registrations.set(id, true);
    for (const id of page.no) registrations.set(id, false);
  }
  return registrations;
}

/** Stages what the methods of users show, by object id. */
export async function putStagedMethods(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  methods: ReadonlyMap<string, RegisteredMethods>,
): Promise<void> {
  const byLane = [...groupBy(methods, ([id]) => laneOf(id))].map(([lane, members]) => {
    const idsOf = (wanted: boolean) => members.filter(([, one]) => one.registered === wanted).map(([id]) => id);
    const since = Object.fromEntries(members.flatMap(([id, one]) => (one.since === null ? [] : [[id, one.since]])));
    return [lane, { yes: idsOf(true), no: idsOf(false), since }] as const;
  });
  await staged.put(stagedOf(sweep, 'asked'), page, new Map(byLane));
}

/** What the methods of users of a lane show, by object id, as far as they were read. */
export async function readStagedMethods(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlyMap<string, RegisteredMethods>> {
  const methods = new Map<string, RegisteredMethods>();
  for await (const page of staged.read(stagedOf(sweep, 'asked'), lane, stagedRegistrationsSchema)) {
    for (const id of page.yes) methods.set(id, { registered: true, since: page.since[id] ?? null });
    for (const id of page.no) methods.set(id, { registered: false, since: null });
  }
  return methods;
}
