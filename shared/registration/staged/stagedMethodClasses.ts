import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { type MethodClass, methodClasses } from '../../domain/methodClass.ts';
import { groupBy } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

/** Ids of users by the class of their methods. */
const stagedMethodClassesSchema = z.partialRecord(z.enum(methodClasses), z.array(z.string()));

/** Pages of the methods of single users sort after all pages of the report, so they count. */
const ASKED_FROM = 500_000;

/**
 * Stages the classes of users' methods, by object id.
 * @param source the registration report, or each user's methods (`asked`), which is newer
 */
export async function putStagedMethodClasses(
  staged: StagedPages,
  sweep: Sweep,
  { source, page }: { readonly source: 'report' | 'asked'; readonly page: number },
  classes: ReadonlyMap<string, MethodClass | null>,
): Promise<void> {
  const known = [...classes].flatMap(([id, one]) => (one === null ? [] : [[id, one] as const]));
  const byLane = [...groupBy(known, ([id]) => laneOf(id))].map(([lane, members]) => {
    const byClass = [...groupBy(members, ([, one]) => one)].map(([one, some]) => [one, some.map(([id]) => id)]);
    return [lane, Object.fromEntries(byClass)] as const;
  });
  if (byLane.length === 0) return;
  await staged.put(stagedOf(sweep, 'methods'), source === 'report' ? page : ASKED_FROM + page, new Map(byLane));
}

/** The classes of the methods of a lane's users, by object id. Not all users have one. */
export async function readStagedMethodClasses(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlyMap<string, MethodClass>> {
  const classes = new Map<string, MethodClass>();
  for await (const page of staged.read(stagedOf(sweep, 'methods'), lane, stagedMethodClassesSchema))
    for (const one of methodClasses) for (const id of page[one] ?? []) classes.set(id, one);
  return classes;
}
