import { toError, UnprocessableMessageError } from '../errors.ts';
import { backoffMs } from '../wait.ts';

/** The longest pause: after an outage, work continues within this time and a quarter. */
const LONGEST_PAUSE_MS = 15_000;
/** How long one delivery is retried after an error of the program itself, which does not pass by waiting. */
const PROGRAM_ERROR_BUDGET_MS = 5_000;

export interface RetryDependencies {
  readonly now: () => number;
  readonly random: () => number;
  /** Waits at least this many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long one delivery retries, in milliseconds. */
  readonly retryBudgetMs: number;
}

/**
 * Handles a delivered message, again and again while it fails, until the delivery's retry budget is used up. Service Bus
 * redelivers a failed message at once and counts its deliveries, so without these waits an outage of some seconds would
 * use up all of them. With them, the queue's maximum of deliveries lasts for half an hour and more.
 * @param handle gets the rest of the budget, in milliseconds
 * @param options.delivery the number of this delivery, 1 for the first; later deliveries begin with longer pauses
 * @param options.onRetry is called with each error that is followed by another attempt
 * @throws UnprocessableMessageError at once; the last error when the budget is used up
 */
export async function retryWithinDelivery<T>(
  handle: (budgetMs: number) => Promise<T>,
  { now, random, wait, retryBudgetMs }: RetryDependencies,
  options: { readonly delivery: number; readonly onRetry: (error: Error) => void },
): Promise<T> {
  const startedAt = now();
  for (let attempt = Math.max(0, options.delivery - 1); ; attempt++) {
    try {
      return await handle(Math.max(0, startedAt + retryBudgetMs - now()));
    } catch (thrown) {
      const error = toError(thrown);
      if (error instanceof UnprocessableMessageError) throw error;
      const budgetMs = isProgramError(error) ? Math.min(PROGRAM_ERROR_BUDGET_MS, retryBudgetMs) : retryBudgetMs;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, backoffMs(attempt, undefined, 0)) * (1 + random() / 4);
      const leftMs = startedAt + budgetMs - now();
      if (leftMs <= 0) throw error;
      options.onRetry(error);
      await wait(Math.min(pauseMs, leftMs));
    }
  }
}

/**
 * Whether the error comes from the program or from a stored row that it cannot read. `fetch` reports a lost connection as
 * a TypeError with a cause, which is none.
 */
function isProgramError(error: Error): boolean {
  if (error instanceof RangeError || error instanceof ReferenceError) return true;
  return (error instanceof TypeError && error.cause === undefined) || error.name === 'ZodError';
}
