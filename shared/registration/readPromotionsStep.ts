import { isTerminal } from '../domain/operation.ts';
import { allItems } from '../operations/items.ts';
import { putStagedRefusals } from './staged/stagedPromotions.ts';
import type { StepOf, Sweep } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/**
 * A refused promotion is requested again after this time at the earliest: in each sweep of a daily schedule, also when one
 * takes longer than the next, and not in each sweep of a shorter one, because each refusal is recorded.
 */
const AGAIN_AFTER_MS = 20 * 60 * 60_000;

/**
 * Looks at one promotion that an earlier sweep has requested: users who were refused, or failed, may be promoted again. A
 * promotion that was canceled, or gave way to a newer change, is not requested again.
 */
export async function readPromotionsStep(
  sweep: Sweep,
  step: StepOf<'promotions'>,
  deps: SweepDependencies,
): Promise<Sweep> {
  const due = sweep.openPromotions.filter(({ at }) => deps.now() - Date.parse(at) >= AGAIN_AFTER_MS)[step.part];
  if (due === undefined) return { ...sweep, step: { kind: 'report', page: 0, nextLink: null } };
  const operation = await deps.operations.get(due.operationId);
  if (operation !== undefined) {
    const { status } = await deps.progress.read(operation);
    if (!isTerminal(status)) return { ...sweep, step: { ...step, part: step.part + 1 } };
    const refused: string[] = [];
    for await (const { outcome, userId } of allItems(operation, deps.operations))
      if (userId !== null && (outcome === 'refused' || outcome === 'failed')) refused.push(userId);
    await putStagedRefusals(deps.staged, sweep, step.page, refused);
  }
  const openPromotions = sweep.openPromotions.filter((one) => one !== due); // the next one takes its position
  return { ...sweep, openPromotions, step: { ...step, page: step.page + 1 } };
}
