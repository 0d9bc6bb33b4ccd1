import { z } from 'zod';
import { cut } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

const stagedIdsSchema = z.array(z.string());

/** An id takes 78 bytes of a row. */
const IDS_PER_ROW = 10_000;

/** Stages the users of a lane to promote. */
export async function putStagedPromotions(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
  ids: readonly string[],
): Promise<void> {
  for (const [page, part] of cut(ids, IDS_PER_ROW).entries())
    await staged.put(stagedOf(sweep, 'promote'), page, new Map([[lane, part]]));
}

/** The users of a lane to promote, a page at a time. */
export function readStagedPromotions(staged: StagedPages, sweep: Sweep, lane: string): AsyncGenerator<string[]> {
  return staged.read(stagedOf(sweep, 'promote'), lane, stagedIdsSchema);
}
