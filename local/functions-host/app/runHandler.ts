import type { HostLog, LogLevel } from '../hostLog.ts';
import type { CoreModule, RegisteredFunction } from './coreModule.ts';
import type { CoreInvocationContext, RpcInvocationRequest, RpcInvocationResponse, RpcLogCategory } from './rpc.ts';

/** One invocation in the order of the Node.js worker: arguments, hooks, handler, hooks, response. */
export async function runHandler(
  { core, log }: { readonly core: CoreModule; readonly log: HostLog },
  { metadata, callback }: RegisteredFunction,
  request: RpcInvocationRequest,
): Promise<RpcInvocationResponse> {
  const programmingModel = core.programmingModel();
  if (!programmingModel) throw new Error('The app did not set a programming model.');

  const hookData = {};
  let invocationContext: unknown;
  const coreContext: CoreInvocationContext = {
    invocationId: request.invocationId,
    metadata,
    request,
    state: undefined,
    log: (level, category, message) => {
      const logged = runLogHooks(core, { level, category, message, invocationContext, hookData });
      log.invocation(logged.level, metadata.name, request.invocationId, logged.message, category === 'user');
    },
  };
  const model = await programmingModel.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  invocationContext = context;

  const shared = { hookData, appHookData: core.appHookData, invocationContext: context };
  const before = { ...shared, inputs, functionCallback: callback };
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
