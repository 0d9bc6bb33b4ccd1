import { isExpress, type Operation } from '../domain/operation.ts';
import type { Queues } from '../queues/queues.ts';

/**
 * Schedules a check of whether an operation is finished, which then sends an event to the webhook. Called whenever a part
 * of the operation is finished.
 */
export type ScheduleFinishCheck = (operation: Operation) => Promise<void>;

/** For an app without a webhook. */
export const scheduleNoFinishChecks: ScheduleFinishCheck = async () => {};

/** A check takes one query for each thousand rows, so large operations are checked less often. */
const CHECK_EVERY_MS = { express: 2_000, bulk: 15_000 };
/** Operations whose next check is kept in memory. */
const KEPT = 1_000;

/**
 * Queues a check for the end of the current interval. So each interval has one check, no matter how many parts finish in
 * it, and a check always follows the last part.
 */
export function scheduleFinishChecksOn(
  queues: Pick<Queues, 'sendFinishChecks'>,
  now: () => number,
): ScheduleFinishCheck {
  const scheduled = new Map<string, number>();
  return async (operation) => {
    const everyMs = CHECK_EVERY_MS[isExpress(operation) ? 'express' : 'bulk'];
    const at = (Math.floor(now() / everyMs) + 1) * everyMs;
    if (scheduled.get(operation.id) === at) return;
    await queues.sendFinishChecks([{ check: { version: 1, event: 'look', operationId: operation.id }, at }]);
    if (scheduled.size >= KEPT) scheduled.clear();
    scheduled.set(operation.id, at);
  };
}
