import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { cut, groupBy } from '../../groupBy.ts';
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

/** Stages users whose promotion was refused, of one operation. */
export async function putStagedRefusals(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  ids: readonly string[],
): Promise<void> {
  await staged.put(stagedOf(sweep, 'refused'), page, groupBy(ids, laneOf));
}

/** The users of a lane whose promotion was refused. */
export async function readStagedRefusals(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  for await (const ids of staged.read(stagedOf(sweep, 'refused'), lane, stagedIdsSchema))
    for (const id of ids) refused.add(id);
  return refused;
}

/** The users of a lane to promote, a page at a time. */
export function readStagedPromotions(staged: StagedPages, sweep: Sweep, lane: string): AsyncGenerator<string[]> {
  return staged.read(stagedOf(sweep, 'promote'), lane, stagedIdsSchema);
}
