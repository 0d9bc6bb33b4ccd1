import type { AppWorker } from './app/appWorker.ts';
import type { HostedFunction } from './app/hostedFunction.ts';
import type { RpcInvocationRequest, RpcInvocationResponse, RpcRetryContext, RpcTypedData } from './app/rpc.ts';
import { AppError } from './app/workerProtocol.ts';
import { within } from './deadline.ts';
import type { HostLog } from './hostLog.ts';
import { callersTraceParent } from './traceParent.ts';

/** The input of a function from its trigger. */
export interface Invocation {
  /** Read as a part of the invocation, which fails when it cannot be read. */
  readonly input: RpcTypedData | (() => Promise<RpcTypedData>);
  readonly triggerMetadata?: Record<string, RpcTypedData>;
  readonly retryContext?: RpcRetryContext;
  /** The caller's W3C trace context. */
  readonly traceParent?: string;
}

export interface Invoker {
  /** How many invocations run now. */
  readonly running: number;
  /**
   * Runs a function once, with the hooks of the app, and sends what its output bindings were given.
   * @throws whatever made the invocation fail; it has been logged
   */
  invoke(target: HostedFunction, invocation: Invocation): Promise<RpcInvocationResponse>;
}

export interface InvokerParts {
  readonly worker: Pick<AppWorker, 'run'>;
  readonly log: HostLog;
  /** `functionTimeout`: the invocation fails, but its handler continues, because a handler cannot be canceled. */
  readonly timeoutMs: number | undefined;
  readonly sendOutputs: (target: HostedFunction, response: RpcInvocationResponse) => Promise<void>;
  /** Whether the host takes part in traces; the functions get no trace context otherwise. */
  readonly tracing: boolean;
  readonly newInvocationId: () => string;
  readonly elapsedMs: () => number;
}

/** An invocation that took longer than `functionTimeout` of host.json. */
export class FunctionTimeoutError extends Error {
  constructor(functionName: string, timeoutMs: number) {
    super(
      `Timeout value of ${timeoutMs / 1000} s was exceeded by function ${functionName}; its handler was not stopped`,
    );
    this.name = 'FunctionTimeoutError';
  }
}

export function createInvoker(parts: InvokerParts): Invoker {
  let running = 0;

  async function invoke(target: HostedFunction, invocation: Invocation): Promise<RpcInvocationResponse> {
    const invocationId = parts.newInvocationId();
    const startedMs = parts.elapsedMs();
    const took = (): string => `in ${Math.round(parts.elapsedMs() - startedMs)} ms`;
    running++;
    try {
      const response = await within(
        toRequest(parts, target, invocation, invocationId).then((request) => parts.worker.run(request)),
        parts.timeoutMs,
        () => new FunctionTimeoutError(target.name, parts.timeoutMs ?? 0),
      );
      await parts.sendOutputs(target, response);
      parts.log.invocation('information', target.name, invocationId, `succeeded ${took()}`);
      return response;
    } catch (error) {
      parts.log.invocation('error', target.name, invocationId, `failed ${took()}: ${describe(error)}`);
      throw error;
    } finally {
      running--;
    }
  }

  return {
    get running() {
      return running;
    },
    invoke,
  };
}

async function toRequest(
  { tracing }: InvokerParts,
  target: HostedFunction,
  { input, triggerMetadata, retryContext, traceParent }: Invocation,
  invocationId: string,
): Promise<RpcInvocationRequest> {
  return {
    invocationId,
    functionId: target.id,
    inputData: [{ name: target.trigger.bindingName, data: typeof input === 'function' ? await input() : input }],
    triggerMetadata: triggerMetadata ?? {},
    traceContext: { traceParent: tracing ? callersTraceParent(traceParent) : '', traceState: '', attributes: {} },
    ...(retryContext && { retryContext }),
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof FunctionTimeoutError) return error.message;
  const stack = error.stack ?? error.message;
  return error instanceof AppError && error.described !== undefined ? `${error.described} | ${stack}` : stack;
}
