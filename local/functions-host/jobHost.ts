import { randomUUID } from 'node:crypto';
import { AppStartError } from './app/appStartError.ts';
import type { AppWorker } from './app/appWorker.ts';
import { type HostedFunction, hasTrigger } from './app/hostedFunction.ts';
import { type IndexedFunctions, indexFunctions } from './app/indexFunctions.ts';
import { startReplacedWorker } from './app/replacedWorker.ts';
import type { WorkerThreads } from './app/workerThreads.ts';
import { release } from './drain.ts';
import { HostError } from './hostError.ts';
import { type HostJson, readHostJson } from './hostJson.ts';
import type { HostLog } from './hostLog.ts';
import { checkRoutes } from './http/checkRoutes.ts';
import type { HttpFunctions } from './http/httpTrigger.ts';
import { createRouter, type Router } from './http/router.ts';
import { createInvoker } from './invoker.ts';
import { type Listeners, startListeners } from './listeners.ts';
import { overwriteFromBody } from './service-bus/bodyProperties.ts';
import { createServiceBusConnections } from './service-bus/connections.ts';
import { sendServiceBusOutputs } from './service-bus/serviceBusOutput.ts';
import { openTimerStorage } from './timer/timerStorage.ts';

/** The app, from one start to the next: host.json, the worker with the app in it, and all that runs its functions. */
export interface JobHost extends HttpFunctions {
  readonly functions: readonly HostedFunction[];
  /** The problems because of which functions cannot run. */
  readonly problems: readonly string[];
  /** Invocations that have not ended. */
  readonly running: number;
  readonly isDraining: boolean;
  /** Runs a function that is not called over HTTP. Rejects with what it threw. */
  run(target: HostedFunction, input: string): Promise<void>;
  /** Stops timers and the receiving of messages, and lets what runs end. */
  drain(): void;
  /**
   * Takes the worker away at once, and then stops timers and the receiving of messages. What ran in the worker never
   * ends: its locks are kept until `functionTimeout`, and only then its messages are given back, as on the real host.
   * @returns when all of this has finished
   */
  abandon(): Promise<void>;
  /** Stops timers and the receiving of messages. Resolves when what runs has ended, or was given up at the signal. */
  stop(giveUp: AbortSignal): Promise<void>;
  /** Runs the app's appTerminate hooks and ends the worker. */
  end(): Promise<void>;
}

export interface JobHostParts {
  readonly appDirectory: string;
  readonly threads: WorkerThreads;
  /** Throw AppStartError when the app cannot be started. Without it there are no functions then. */
  readonly exitOnError: boolean;
  readonly openLog: (levels: HostJson['logLevels']) => HostLog;
}

/**
 * Starts the app with the settings of the environment.
 * @throws HostError when host.json or the app is such that the real host would not run
 */
export async function startJobHost(parts: JobHostParts): Promise<JobHost> {
  const { appDirectory, threads } = parts;
  const settings = process.env;
  const hostJson = await readHostJson(appDirectory, settings);
  const log = parts.openLog(hostJson.logLevels);
  let worker: AppWorker | undefined;
  let listeners: Listeners | undefined;
  let isDraining = false;
  const connections = createServiceBusConnections(settings, hostJson.serviceBus.retry, log);

  try {
    const started = await startWorker({ appDirectory, threads, log }, parts.exitOnError);
    worker = started.worker;
    const { functions, problems } = started;
    const router = routeFunctions(functions, hostJson);
    const invoker = createInvoker({
      worker,
      log,
      timeoutMs: hostJson.functionTimeoutMs,
      sendOutputs: (target, response) => sendServiceBusOutputs(target, response, connections),
      tracing: hostJson.openTelemetry || !!settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
      newInvocationId: randomUUID,
      elapsedMs: () => performance.now(),
    });
    const timerStorage = await openTimerStorage({ appDirectory, settings, singleton: hostJson.singleton, log });
    const running = startListeners(functions, { invoker, log, hostJson, connections, settings, timerStorage });
    listeners = running;

    return {
      functions,
      problems,
      router,
      invoker,
      log,
      get running() {
        return invoker.running;
      },
      get isDraining() {
        return isDraining;
      },
      async run(target, input) {
        const timer = running.timer(target.name);
        if (timer) return timer.runNow();
        await invoker.invoke(target, { input: { string: input }, triggerMetadata: overwriteFromBody({}, input) });
      },
      drain() {
        isDraining = true;
        void running.stop(new AbortController().signal);
      },
      async abandon() {
        await started.worker.kill();
        await running.stop(new AbortController().signal);
        await release(connections.close(), log);
      },
      stop: (giveUp) => running.stop(giveUp),
      async end() {
        await started.worker.terminate();
        await release(connections.close(), log);
      },
    };
  } catch (error) {
    await listeners?.stop(AbortSignal.abort());
    await worker?.terminate();
    await release(connections.close(), log);
    throw error;
  }
}

async function startWorker(
  parts: { readonly appDirectory: string; readonly threads: WorkerThreads; readonly log: HostLog },
  exitOnError: boolean,
): Promise<IndexedFunctions & { readonly worker: AppWorker }> {
  const { log } = parts;
  let worker: AppWorker;
  try {
    worker = await startReplacedWorker(parts);
  } catch (error) {
    if (!(error instanceof AppStartError) || exitOnError) throw error;
    log.host('critical', `No function is served: every request is answered with 404. ${error.message}`);
    return { functions: [], problems: [error.message], worker: noWorker };
  }
  try {
    const indexed = indexFunctions(worker.functions, process.env);
    for (const problem of indexed.problems) {
      log.host('error', `${problem} The function is not served; the others are.`);
    }
    for (const target of indexed.functions) if (target.disabled) log.host('information', `${target.name} is disabled`);
    worker.load(indexed.functions.map(({ metadata }) => metadata));
    return { ...indexed, worker };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** In the place of an app that did not start, and has no functions. */
const noWorker: AppWorker = {
  functions: [],
  load: () => {},
  run: async () => {
    throw new Error('There is no app.');
  },
  terminate: async () => {},
  kill: async () => {},
};

/** @throws HostError for a route that the host's router refuses, and for Service Bus options that cannot be used */
function routeFunctions(functions: readonly HostedFunction[], hostJson: HostJson): Router {
  const usesServiceBus = functions.some((target) => hasTrigger('serviceBusTrigger')(target) || target.outputs.size > 0);
  if (hostJson.serviceBusProblem && usesServiceBus) throw hostJson.serviceBusProblem;
  const called = functions.filter(hasTrigger('httpTrigger'));
  checkRoutes(called, hostJson.routePrefix);
  try {
    return createRouter(called, hostJson.routePrefix);
  } catch (error) {
    throw new HostError(`${(error as Error).message} Correct the route.`, { cause: error });
  }
}
