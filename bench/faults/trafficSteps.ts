import { pick, type Random } from '../../local/graph/directory/random.ts';
import { between, chance, times } from './draw.ts';
import { shapesOf } from './drawOperations.ts';
import type { PlannedOperation, PlannedRetry } from './plannedOperation.ts';
import type { Slot, Step } from './step.ts';

interface Traffic {
  readonly retries: readonly PlannedRetry[];
  /** Object ids. */
  readonly deletedUsers: readonly string[];
  /** About how many requests to Table Storage there are until the work is done. */
  readonly end: number;
}

/** Requests come in the first two thirds, the first at once; what repeats, cancels or retries one comes after it. */
export function trafficSteps(
  random: Random,
  operations: readonly PlannedOperation[],
  { retries, deletedUsers, end }: Traffic,
): Step[] {
  const sentAt = times(random, operations.length, 0, end * 0.65);
  sentAt[0] = 0;
  const slot = (): Slot => pick(random, [0, 1] as const);
  // What a canceled operation was to bring about would never happen.
  const shapes = shapesOf(operations.length);
  const needed = new Set<number>(Object.values(shapes));
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
    // Soon after the request that names them, while it is under way.
    ...deletedUsers.map(
      (userId, index): Step => ({
        kind: 'deleteUser',
        userId,
        at: (sentAt[shapes.deleted] as number) + index * between(random, 1, 20),
      }),
    ),
    ...retries.map(({ operation }, retry): Step => ({ kind: 'retry', retry, slot: slot(), at: after(operation, 1) })),
  ];
}
