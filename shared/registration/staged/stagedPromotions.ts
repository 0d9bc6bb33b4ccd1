import { z } from 'zod';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

const stagedIdsSchema = z.array(z.string());

/** Stages the users of a lane to promote. */
export async function putStagedPromotions(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await staged.put(stagedOf(sweep, 'promote'), 0, new Map([[lane, ids]]));
}

/** The users of a lane to promote, a page at a time. */
export function readStagedPromotions(staged: StagedPages, sweep: Sweep, lane: string): AsyncGenerator<string[]> {
  return staged.read(stagedOf(sweep, 'promote'), lane, stagedIdsSchema);
}
