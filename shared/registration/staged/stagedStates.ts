import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { type MfaState, mfaStateSchema } from '../../domain/mfaState.ts';
import { groupBy } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

/** States of users by object id, and when they were read. */
const stagedStatesSchema = z.object({ readAt: z.string(), states: z.array(z.tuple([z.string(), mfaStateSchema])) });
type StagedStates = z.infer<typeof stagedStatesSchema>;

/**
 * Stages the states of users that the list does not show.
 * @param readAt ISO 8601
 */
export async function putStagedStates(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  { states, readAt }: { readonly states: ReadonlyMap<string, MfaState>; readonly readAt: string },
): Promise<void> {
  const byLane = groupBy([...states], ([id]) => laneOf(id));
  const pages = [...byLane].map(([lane, members]) => [lane, { readAt, states: members }] as const);
  await staged.put(stagedOf(sweep, 'states'), page, new Map(pages));
}

/** The staged states of a lane, a page at a time. */
export function readStagedStates(staged: StagedPages, sweep: Sweep, lane: string): AsyncGenerator<StagedStates> {
  return staged.read(stagedOf(sweep, 'states'), lane, stagedStatesSchema);
}
