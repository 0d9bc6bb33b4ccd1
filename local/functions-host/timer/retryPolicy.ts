import type { RpcDuration, RpcException, RpcRetryContext, RpcRetryOptions } from '../app/rpc.ts';

/** How often, and after how long, a failed timer invocation is tried again. */
export interface RetryPolicy {
  /** -1: without end. */
  readonly maxRetryCount: number;
  /** @param retry 1 for the first retry @param random 0 to 1 */
  delayMs(retry: number, random: number): number;
}

const NO_RETRY: RetryPolicy = { maxRetryCount: 0, delayMs: () => 0 };

/**
 * The policy that the app registered with the function. Exponential backoff doubles from the minimum to the maximum,
 * with 20 % of jitter.
 * See https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies.
 */
export function parseRetryPolicy(options: RpcRetryOptions | undefined): RetryPolicy {
  if (!options?.retryStrategy) return NO_RETRY;
  const maxRetryCount = options.maxRetryCount ?? 0;
  if (options.retryStrategy === 'fixedDelay') {
    const delayMs = milliseconds(options.delayInterval);
    return { maxRetryCount, delayMs: () => delayMs };
  }
  const least = milliseconds(options.minimumInterval);
  const most = milliseconds(options.maximumInterval);
  return {
    maxRetryCount,
    delayMs: (retry, random) => Math.min(most, least * 2 ** (retry - 1) * (0.8 + 0.4 * random)),
  };
}

/**
 * Runs an action until it succeeds or has no retries left. A function with a policy gets its retry context from the
 * first attempt on; a function without a policy gets none.
 * @param wait how the time between two attempts passes; false ends the retries
 * @throws what the last attempt threw
 */
export async function withRetries(
  policy: RetryPolicy,
  functionName: string,
  attempt: (retryContext: RpcRetryContext | undefined) => Promise<void>,
  wait: (retry: number) => Promise<boolean>,
): Promise<void> {
  const { maxRetryCount } = policy;
  let retryContext: RpcRetryContext | undefined = policy === NO_RETRY ? undefined : { retryCount: 0, maxRetryCount };
  for (;;) {
    try {
      return await attempt(retryContext);
    } catch (error) {
      const retry = (retryContext?.retryCount ?? 0) + 1;
      const usedUp = maxRetryCount >= 0 && retry > maxRetryCount;
      if (usedUp || !(await wait(retry))) throw error;
      retryContext = { retryCount: retry, maxRetryCount, exception: toException(functionName, error) };
    }
  }
}

/** The exception in the words of the real host, whose .NET wraps what the worker reports. */
function toException(functionName: string, error: unknown): RpcException {
  const [message, stack] = error instanceof Error ? [error.message, error.stack ?? ''] : [String(error), ''];
  return {
    message:
      `Microsoft.Azure.WebJobs.Host.FunctionInvocationException : Exception while executing function: Functions.${functionName} ` +
      `---> Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException : Result: Failure\nException: ${message}\nStack: ${stack}`,
    source: 'System.Private.CoreLib',
    stackTrace: stack,
  };
}

function milliseconds(duration: RpcDuration | null | undefined): number {
  return Number(duration?.seconds ?? 0) * 1000;
}
