import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createCoreModule, provideCoreModule } from './app/coreModule.ts';
import { type HostedFunction, hasTrigger } from './app/hostedFunction.ts';
import { startApp, terminateApp } from './app/startApp.ts';
import { drain, release } from './drain.ts';
import { type HostJson, readHostJson } from './hostJson.ts';
import { createHostLog, type HostLog } from './hostLog.ts';
import { answerAdmin } from './http/admin.ts';
import { type AnswerRequest, type HttpServer, startHttpServer } from './http/httpServer.ts';
import { answerWithFunction, type HttpFunctions } from './http/httpTrigger.ts';
import { createRouter } from './http/router.ts';
import { createInvoker, type InvocationCounts, runLogHooks } from './invoker.ts';
import { type Listeners, startListeners } from './listeners.ts';
import { createServiceBusConnections } from './service-bus/connections.ts';
import { sendServiceBusOutputs } from './service-bus/serviceBusOutput.ts';
import { overwriteFromBody } from './service-bus/triggerData.ts';
import { readLocalSettings } from './settings.ts';

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
  const hostJson = await readHostJson(appDirectory);
  for (const [name, value] of Object.entries(await readLocalSettings(appDirectory))) process.env[name] ??= value;
  Object.assign(process.env, options.settings);

  const log = openLog(options, hostJson);
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
    tracing: hostJson.openTelemetry || !!process.env.APPLICATIONINSIGHTS_CONNECTION_STRING,
    newInvocationId: randomUUID,
    elapsedMs: () => performance.now(),
  });

  let server: HttpServer | undefined;
  let listeners: Listeners | undefined;
  const removeCoreModule = provideCoreModule(core);
  const drainMs = options.drainMs ?? 30_000;
  const stop = async (): Promise<void> => {
    await drain((giveUp) => Promise.all([server?.close(giveUp), listeners?.stop(giveUp)]), drainMs, log);
    await terminateApp(core).catch((error: unknown) => log.host('error', `An appTerminate hook failed: ${error}`));
    await release(connections.close(), log);
    removeCoreModule();
  };

  try {
    const functions = await startApp(core, appDirectory, process.env);
    for (const target of functions) if (target.disabled) log.host('information', `${target.name} is disabled`);
    const router = createRouter(functions.filter(hasTrigger('httpTrigger')), hostJson.routePrefix);
    const run = async (target: HostedFunction, input: string): Promise<void> => {
      const timer = listeners?.timer(target.name);
      if (timer) return timer.runNow();
      await invoker.invoke(target, { input: { string: input }, triggerMetadata: overwriteFromBody({}, input) });
    };
    server = await serve(options.port ?? 0, functions, { router, invoker, log }, run);
    listeners = await startListeners(functions, { invoker, log, hostJson, connections, settings: process.env });
    const url = `http://127.0.0.1:${server.port}`;
    log.host('information', `Listening on ${url} with ${functions.length} functions`);

    let closed: Promise<void> | undefined;
    return {
      port: server.port,
      url,
      functions: functions.map((target) => {
        const route = router.routeOf(target);
        return { name: target.name, trigger: target.trigger.type, ...(route !== undefined && { route }) };
      }),
      counts: invoker.counts,
      async invokeTimer(name) {
        const timer = listeners?.timer(name);
        if (!timer) throw new Error(`There is no timer function "${name}".`);
        await timer.runNow();
      },
      close() {
        closed ??= stop().then(() => log.host('information', 'Stopped'));
        return closed;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openLog(options: FunctionsHostOptions, hostJson: HostJson): HostLog {
  return createHostLog({
    write: options.log ?? ((line) => process.stderr.write(`${line}\n`)),
    now: () => new Date(),
    levels: hostJson.logLevels,
    quiet: options.quiet ?? false,
  });
}

/** Serves the functions on their routes, and the host's own interface below `/admin`. */
async function serve(
  port: number,
  functions: readonly HostedFunction[],
  http: HttpFunctions,
  run: (target: HostedFunction, input: string) => Promise<void>,
): Promise<HttpServer> {
  const startedMs = performance.now();
  const answer: AnswerRequest = async (request) => {
    if (!/^\/admin(\/|$)/i.test(request.path)) return answerWithFunction(request, http);
    const admin = {
      url: `http://127.0.0.1:${server.port}`,
      functions,
      routeOf: http.router.routeOf,
      log: http.log,
      run: (target: HostedFunction, input: string): void => {
        // The invoker has logged a failure.
        run(target, input).catch(() => {});
      },
      uptimeMs: performance.now() - startedMs,
    };
    return answerAdmin(admin, request);
  };
  const server: HttpServer = await startHttpServer(port, answer, http.log);
  return server;
}
