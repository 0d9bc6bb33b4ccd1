import { Console } from 'node:console';
import { parentPort } from 'node:worker_threads';
import type { HostLog } from '../hostLog.ts';
import { AppStartError } from './appStartError.ts';
import { type CoreModule, createCoreModule, provideCoreModule, type RegisteredFunction } from './coreModule.ts';
import type { FunctionMetadata, RpcInvocationRequest } from './rpc.ts';
import { runHandler, runLogHooks } from './runHandler.ts';
import { startApp, terminateApp } from './startApp.ts';
import { type FromWorker, packThrown, type ToWorker } from './workerProtocol.ts';

/**
 * The thread of an app: loads the app that the host names, reports the registered functions to the host, and runs its
 * functions as the host asks. The host may end the thread at any time.
 */
export function runAppWorker(): void {
  // stdout belongs to the host.
  globalThis.console = new Console(process.stderr, process.stderr);
  const log: HostLog = {
    host: (level, message) => tell({ kind: 'log', level, message }),
    invocation: (level, functionName, invocationId, message, user = false) =>
      tell({ kind: 'log', level, message, of: { functionName, invocationId, user } }),
  };
  const core = createCoreModule((level, category, message) => {
    const logged = runLogHooks(core, { level, category, message });
    log.host(logged.level, logged.message);
  });
  provideCoreModule(core);
  const functions = new Map<string, RegisteredFunction>();
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'start') void start(core, message);
    else if (message.kind === 'load') load(functions, core, message.functions);
    else if (message.kind === 'invoke') void invoke(functions, { core, log }, message.request);
    else void terminateApp(core, log).then(() => tell({ kind: 'terminated' }));
  });
}

async function start(
  core: CoreModule,
  { appDirectory, settings }: Extract<ToWorker, { kind: 'start' }>,
): Promise<void> {
  for (const name of Object.keys(process.env)) if (!(name in settings)) delete process.env[name];
  Object.assign(process.env, settings);
  try {
    await startApp(core, appDirectory);
    const registered = [...core.functions.values()].map(({ metadata }) => asData(metadata));
    tell({ kind: 'started', functions: registered });
  } catch (error) {
    tell({ kind: 'startFailed', thrown: packThrown(error), byApp: error instanceof AppStartError });
  }
}

function load(loaded: Map<string, RegisteredFunction>, core: CoreModule, functions: readonly FunctionMetadata[]): void {
  for (const metadata of functions) {
    const id = idOf(metadata);
    const registered = core.functions.get(id);
    if (registered) loaded.set(id, { ...registered, metadata });
  }
}

async function invoke(
  functions: ReadonlyMap<string, RegisteredFunction>,
  parts: { readonly core: CoreModule; readonly log: HostLog },
  request: RpcInvocationRequest,
): Promise<void> {
  const { invocationId, functionId } = request;
  try {
    const target = functions.get(functionId);
    if (!target) throw new Error(`The app has no function ${functionId}.`);
    const response = await runHandler(parts, target, request);
    tell({ kind: 'succeeded', invocationId, response });
  } catch (error) {
    tell({ kind: 'failed', invocationId, thrown: packThrown(error) });
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** Between host and worker metadata travels as data, whatever else an app put into its options. */
function asData(metadata: FunctionMetadata): FunctionMetadata {
  return JSON.parse(JSON.stringify(metadata)) as FunctionMetadata;
}

function idOf({ functionId, name }: FunctionMetadata): string {
  return functionId ?? name;
}
