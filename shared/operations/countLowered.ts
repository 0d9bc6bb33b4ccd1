import type { Operation } from '../domain/operation.ts';
import { isLowered } from '../domain/outcome.ts';
import { outcomesOf } from './chunk.ts';
import type { OperationStore } from './operationStore.ts';

/** How many users have a lower state because of a finished operation. */
export async function countLowered(
  { id, targetState, targetStates, pageCount, dryRun }: Operation,
  operations: Pick<OperationStore, 'getChunks'>,
): Promise<number> {
  const mayLower = targetStates !== undefined || targetState !== 'enforced';
  if (dryRun || !mayLower) return 0;
  let lowered = 0;
  for (let page = 0; page < (pageCount ?? 0); page++)
    for (const chunk of await operations.getChunks(id, page)) lowered += outcomesOf(chunk).filter(isLowered).length;
  return lowered;
}
