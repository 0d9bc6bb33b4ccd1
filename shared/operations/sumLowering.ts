import type { Lowering } from './loweringColumns.ts';
import type { OperationStore } from './operationStore.ts';

/** What the planned pages of an operation would lower together. */
export interface LoweringSum extends Lowering {
  /** The number of planned pages. */
  readonly pages: number;
  /** The number of users that planning left to be changed. */
  readonly candidates: number;
}

export async function sumLowering(id: string, operations: Pick<OperationStore, 'progressRows'>): Promise<LoweringSum> {
  const sum = { pages: 0, candidates: 0, lowered: 0, privileged: [] as string[] };
  for await (const { key, count, outcomes, lowering } of operations.progressRows(id)) {
    if (!key.startsWith('resolution-')) continue;
    sum.pages++;
    sum.candidates += count - outcomes.length;
    sum.lowered += lowering.lowered;
    sum.privileged.push(...lowering.privileged);
  }
  return sum;
}
