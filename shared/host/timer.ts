import type { TimerHandler } from '@azure/functions';
import { toError } from '../errors.ts';
import { logError, logStep } from '../log.ts';
import { type Dependencies, dependencies } from './dependencies.ts';

/**
 * A handler of a timer: does one run and logs its summary. A run that fails is logged and thrown, so that the host counts
 * it as failed; the next tick runs again.
 */
export function timer(run: (deps: Dependencies) => Promise<object>): TimerHandler {
  return async (_timer, context) => {
    const startedAt = Date.now();
    const step = context.functionName;
    try {
      logStep(context, { step, ...(await run(dependencies())), startedAt });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step, error, startedAt });
      throw error;
    }
  };
}
