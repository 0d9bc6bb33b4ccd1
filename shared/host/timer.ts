import type { TimerHandler } from '@azure/functions';
import { toError } from '../errors.ts';
import { logError, logStep } from '../log.ts';
import { type Dependencies, dependencies } from './dependencies.ts';

/**
 * A handler of a timer: does the work and logs its summary. An error is logged and thrown, so that the host counts the
 * invocation as failed. The next invocation tries again.
 */
export function timer(work: (deps: Dependencies) => Promise<object>): TimerHandler {
  return async (_timer, context) => {
    const startedAt = Date.now();
    const step = context.functionName;
    try {
      logStep(context, { step, ...(await work(dependencies())), startedAt });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step, error, startedAt });
      throw error;
    }
  };
}
