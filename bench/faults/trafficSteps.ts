import { pick, type Random } from '../../local/graph/directory/random.ts';
import { between, chance, times } from './draw.ts';
import { shapesOf } from './drawOperations.ts';
import type { PlannedOperation, PlannedRetry } from './plannedOperation.ts';
import type { Slot, Step } from './step.ts';

/** Requests come in the first two thirds, the first at once; what repeats, cancels or retries one comes after it. */
export function trafficSteps(
  random: Random,
  operations: readonly PlannedOperation[],
  retries: readonly PlannedRetry[],
  end: number,
): Step[] {
  const sentAt = times(random, operations.length, 0, end * 0.65);
  sentAt[0] = 0;
  const slot = (): Slot => pick(random, [0, 1] as const);
  // What a canceled operation was to bring about would never happen.
  const needed = new Set<number>(Object.values(shapesOf(operations.length)));
  const after = (operation: number, most: number): number =>
    Math.floor((sentAt[operation] as number) + random() * most * end);
  return [
    ...operations.flatMap((_, operation): Step[] => {
      const send = { kind: 'send', operation, attempts: between(random, 1, 4) } as const;
      const steps: Step[] = [{ ...send, slot: slot(), twin: chance(random, 0.2), at: sentAt[operation] as number }];
      if (chance(random, 0.2)) steps.push({ ...send, slot: slot(), twin: false, at: after(operation, 0.3) });
      if (chance(random, 0.15)) steps.push({ kind: 'cancel', operation, slot: slot(), at: after(operation, 0.1) });
      return steps.filter(({ kind }) => kind !== 'cancel' || !needed.has(operation));
    }),
    ...retries.map(({ operation }, retry): Step => ({ kind: 'retry', retry, slot: slot(), at: after(operation, 1) })),
  ];
}
