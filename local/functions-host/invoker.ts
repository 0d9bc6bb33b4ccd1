import type { CoreModule } from './app/coreModule.ts';
import type { HostedFunction } from './app/hostedFunction.ts';
import type {
  CoreInvocationContext,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcLogCategory,
  RpcRetryContext,
  RpcTypedData,
} from './app/rpc.ts';
import { within } from './deadline.ts';
import type { HostLog, LogLevel } from './hostLog.ts';
import { callersTraceParent } from './traceParent.ts';

/** What a trigger hands to its function. */
export interface Invocation {
  /** Read as a part of the invocation, which fails when it cannot be read. */
  readonly input: RpcTypedData | (() => Promise<RpcTypedData>);
  readonly triggerMetadata?: Record<string, RpcTypedData>;
  readonly retryContext?: RpcRetryContext;
  /** The caller's W3C trace context. */
  readonly traceParent?: string;
}

/** Invocations of one function since the host started; `running` now. */
export interface InvocationCounts {
  succeeded: number;
  failed: number;
  running: number;
}

export interface Invoker {
  readonly counts: Readonly<Record<string, Readonly<InvocationCounts>>>;
  /**
   * Runs a function once, with the hooks of the app, and sends what its output bindings were given.
   * @throws whatever made the invocation fail; it has been logged
   */
  invoke(target: HostedFunction, invocation: Invocation): Promise<RpcInvocationResponse>;
}

export interface InvokerParts {
  readonly core: CoreModule;
  readonly log: HostLog;
  /** `functionTimeout`: the invocation fails, but its handler goes on, because a handler cannot be cancelled. */
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
  const counts: Record<string, InvocationCounts> = {};

  async function invoke(target: HostedFunction, invocation: Invocation): Promise<RpcInvocationResponse> {
    counts[target.name] ??= { succeeded: 0, failed: 0, running: 0 };
    const count = counts[target.name] as InvocationCounts;
    const invocationId = parts.newInvocationId();
    const startedMs = parts.elapsedMs();
    const took = (): string => `in ${Math.round(parts.elapsedMs() - startedMs)} ms`;
    count.running++;
    try {
      const response = await within(
        toRequest(parts, target, invocation, invocationId).then((request) => runHandler(parts, target, request)),
        parts.timeoutMs,
        () => new FunctionTimeoutError(target.name, parts.timeoutMs ?? 0),
      );
      await parts.sendOutputs(target, response);
      count.succeeded++;
      parts.log.invocation('information', target.name, invocationId, `succeeded ${took()}`);
      return response;
    } catch (error) {
      count.failed++;
      parts.log.invocation('error', target.name, invocationId, `failed ${took()}: ${describe(error)}`);
      throw error;
    } finally {
      count.running--;
    }
  }

  return { counts, invoke };
}

/** One invocation in the order of the Node.js worker: arguments, hooks, handler, hooks, response. */
async function runHandler(
  { core, log }: InvokerParts,
  target: HostedFunction,
  request: RpcInvocationRequest,
): Promise<RpcInvocationResponse> {
  const programmingModel = core.programmingModel();
  if (!programmingModel) throw new Error('The app did not set a programming model.');

  const hookData = {};
  let invocationContext: unknown;
  const coreContext: CoreInvocationContext = {
    invocationId: request.invocationId,
    metadata: target.metadata,
    request,
    state: undefined,
    log: (level, category, message) => {
      const logged = runLogHooks(core, { level, category, message, invocationContext, hookData });
      log.invocation(logged.level, target.name, request.invocationId, logged.message, category === 'user');
    },
  };
  const model = await programmingModel.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  invocationContext = context;

  const shared = { hookData, appHookData: core.appHookData, invocationContext: context };
  const before = { ...shared, inputs, functionCallback: target.callback };
  coreContext.state = 'preInvocationHooks';
  await core.runHooks('preInvocation', before);

  const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown };
  coreContext.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error; // A handler that throws undefined or null has not failed.
  }
  coreContext.state = 'postInvocationHooks';
  await core.runHooks('postInvocation', after);
  coreContext.state = undefined;
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}

/** Lets the app's log hooks change level and message; those of the system stay as they are. */
export function runLogHooks(
  core: CoreModule,
  event: {
    level: LogLevel;
    category: RpcLogCategory;
    message: string;
    invocationContext?: unknown;
    hookData?: object;
  },
): { level: LogLevel; message: string } {
  const context = { hookData: core.outerHookData, ...event, appHookData: core.appHookData };
  for (const hook of core.hooks.log) hook(context);
  return event.category === 'user' ? context : event;
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
  return error instanceof FunctionTimeoutError ? error.message : (error.stack ?? error.message);
}
