import { randomBytes, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createCoreModule, provideCoreModule } from './app/coreModule.ts';
import { type HostedFunction, hostFunction, type Trigger } from './app/hostedFunction.ts';
import { loadApp } from './app/loadApp.ts';
import { within } from './deadline.ts';
import { readHostJson } from './hostJson.ts';
import { createHostLog } from './hostLog.ts';
import { answerAdmin } from './http/admin.ts';
import { type HttpServer, startHttpServer } from './http/httpServer.ts';
import { createHttpTriggers } from './http/httpTrigger.ts';
import { decodePath } from './http/requestPath.ts';
import { emptyAnswer } from './http/rpcResponse.ts';
import { createInvoker, type InvocationCounts, runLogHooks } from './invoker.ts';
import { createServiceBusConnections } from './service-bus/connections.ts';
import { sendServiceBusOutputs } from './service-bus/serviceBusOutput.ts';
import { type RunningServiceBusTrigger, startServiceBusTrigger } from './service-bus/serviceBusTrigger.ts';
import { overwriteFromBody } from './service-bus/triggerData.ts';
import { readLocalSettings } from './settings.ts';
import { type RunningTimer, startTimer } from './timer/timerTrigger.ts';

/** After the drain limit: how long abandoning and releasing may still take. */
const ABANDON_WITHIN_MS = 5_000;

export interface FunctionsHostOptions {
  /** The folder with the package.json and the host.json of the app. */
  readonly appDirectory: string;
  /** Port of the loopback address; 0, the default, takes any that is free. */
  readonly port?: number;
  /** Put into the environment of this process before the app is loaded. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes each line of the log; stderr by default. */
  readonly log?: (line: string) => void;
  /** Log errors only. */
  readonly quiet?: boolean;
  /** How long running invocations may take to finish when the host closes, in milliseconds; 30 s by default. */
  readonly drainMs?: number;
}

export interface FunctionsHost {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without the route prefix. */
  readonly url: string;
  readonly functions: readonly { readonly name: string; readonly trigger: string; readonly route?: string }[];
  /** Invocations by function since the start. */
  readonly counts: Readonly<Record<string, Readonly<InvocationCounts>>>;
  /**
   * Runs a timer function now, after the run that may be under way.
   * @throws what the function threw; Error when there is no such timer
   */
  invokeTimer(name: string): Promise<void>;
  /** Stops taking work, lets running invocations finish, abandons what is left and runs the app's appTerminate hooks. */
  close(): Promise<void>;
}

/**
 * Hosts a Functions app of the Node.js v4 programming model in this process, on the loopback address, as
 * `func start` hosts it in a worker: the same app, bundle and `@azure/functions`. The module cache and the environment
 * belong to the process, so a process hosts one app.
 * @throws Error that says what to do when the app or its settings cannot be used; nothing keeps running then
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const appDirectory = resolve(options.appDirectory);
  const startedMs = performance.now();
  const hostJson = await readHostJson(appDirectory);
  for (const [name, value] of Object.entries(await readLocalSettings(appDirectory))) process.env[name] ??= value;
  Object.assign(process.env, options.settings);

  const log = createHostLog({
    write: options.log ?? ((line) => process.stderr.write(`${line}\n`)),
    now: () => new Date(),
    levels: hostJson.logLevels,
    quiet: options.quiet ?? false,
  });
  const core = createCoreModule((level, category, message) => {
    const logged = runLogHooks(core, { level, category, message });
    log.host(logged.level, logged.message);
  });
  const connections = createServiceBusConnections(process.env, hostJson.serviceBus.retry, log);
  const invoker = createInvoker({
    core,
    log,
    timeoutMs: hostJson.functionTimeoutMs,
    sendOutputs: (target, response) => sendServiceBusOutputs(target, response, connections),
    newInvocationId: randomUUID,
    randomHex: (digits) => randomBytes(digits / 2).toString('hex'),
    elapsedMs: () => performance.now(),
  });

  const timers: RunningTimer[] = [];
  const busTriggers: RunningServiceBusTrigger[] = [];
  let server: HttpServer | undefined;
  let state = 'Initializing';
  let appStarted = false;
  const url = (): string => `http://127.0.0.1:${server?.port}`;
  const removeCoreModule = provideCoreModule(core);

  async function stop(drainMs: number): Promise<void> {
    state = 'Stopping';
    const giveUp = new AbortController();
    const limit = setTimeout(() => {
      log.host('warning', `Invocations are still running after ${drainMs / 1000} s; what they hold is abandoned.`);
      giveUp.abort();
    }, drainMs);
    const drained = Promise.all([
      server?.close(giveUp.signal),
      ...timers.map((timer) => timer.stop()),
      ...busTriggers.map((trigger) => trigger.stop(giveUp.signal)),
    ]);
    const tooLate = (): Error => new Error('Not everything could be released.');
    try {
      await within(drained, drainMs + ABANDON_WITHIN_MS, tooLate);
    } catch (error) {
      log.host('warning', (error as Error).message);
    }
    clearTimeout(limit);
    await core
      .runHooks('appTerminate', { hookData: core.outerHookData, appHookData: core.appHookData })
      .catch((error: unknown) => {
        log.host('error', `An appTerminate hook failed: ${error}`);
      });
    await within(connections.close(), ABANDON_WITHIN_MS, tooLate).catch((error: Error) => {
      log.host('warning', error.message);
    });
    removeCoreModule();
    if (appStarted) log.host('information', 'Stopped');
  }

  try {
    await loadApp(appDirectory);
    core.closeRegistration();
    appStarted = true;
    await core.runHooks('appStart', {
      hookData: core.outerHookData,
      appHookData: core.appHookData,
      functionAppDirectory: appDirectory,
    });
    const functions = [...core.functions.values()].map((registered) => hostFunction(registered, process.env));
    if (functions.length === 0) log.host('warning', 'The app registered no function.');

    const http = createHttpTriggers(functions.filter(hasTrigger('httpTrigger')), hostJson.routePrefix, invoker);
    const runNow = async (target: HostedFunction, input: string): Promise<void> => {
      const timer = timers.find((running) => running.target === target);
      if (timer) return timer.runNow();
      await invoker.invoke(target, { input: { string: input }, triggerMetadata: overwriteFromBody({}, input) });
    };
    const admin = {
      url,
      functions,
      routeOf: http.routeOf,
      run: (target: HostedFunction, input: string): void => {
        // The invoker has logged a failure.
        runNow(target, input).catch(() => {});
      },
      uptimeMs: () => performance.now() - startedMs,
      state: () => state,
    };

    for (const target of functions) if (target.disabled) log.host('information', `${target.name} is disabled`);
    server = await startHttpServer(options.port ?? 0, async (request, body) => {
      const path = decodePath(request.url ?? '/');
      if (!path) return emptyAnswer(400);
      if (path[0]?.toLowerCase() === 'admin') return answerAdmin(admin, request, path, body);
      return http.answer(request, path, body);
    });
    for (const target of functions.filter(hasTrigger('serviceBusTrigger'))) {
      if (target.disabled) continue;
      const { random } = Math;
      const now = (): number => performance.now();
      const { env: settings } = process;
      const parts = { invoker, log, options: hostJson.serviceBus, connections, settings, random, now };
      busTriggers.push(startServiceBusTrigger(target, parts));
    }
    for (const target of functions.filter(hasTrigger('timerTrigger'))) {
      if (!target.disabled)
        timers.push(startTimer(target, { invoker, log, now: () => new Date(), random: Math.random }));
    }
    state = 'Running';
    log.host('information', `Listening on ${url()} with ${functions.length} functions`);

    let closed: Promise<void> | undefined;
    return {
      port: server.port,
      url: url(),
      functions: functions.map((target) => ({
        name: target.name,
        trigger: target.trigger.type,
        ...(http.routeOf(target) !== undefined && { route: http.routeOf(target) }),
      })),
      counts: invoker.counts,
      async invokeTimer(name) {
        const timer = timers.find(({ target }) => target.name === name);
        if (!timer) throw new Error(`There is no timer function "${name}".`);
        await timer.runNow();
      },
      close() {
        closed ??= stop(options.drainMs ?? 30_000);
        return closed;
      },
    };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

function hasTrigger<T extends Trigger['type']>(type: T) {
  return (target: HostedFunction): target is HostedFunction<Extract<Trigger, { type: T }>> =>
    target.trigger.type === type;
}
