import { resolve } from 'node:path';
import type { HostedFunction } from './app/hostedFunction.ts';
import type { WorkerThreads } from './app/workerThreads.ts';
import { drain } from './drain.ts';
import { HostError } from './hostError.ts';
import type { HostJson } from './hostJson.ts';
import { createHostLog, type HostLog } from './hostLog.ts';
import { type Admin, answerAdmin } from './http/admin.ts';
import { type AnswerRequest, type HttpServer, startHttpServer } from './http/httpServer.ts';
import { answerWithFunction } from './http/httpTrigger.ts';
import { emptyAnswer } from './http/rpcResponse.ts';
import type { JobHost } from './jobHost.ts';
import { type JobHosts, startJobHosts } from './jobHosts.ts';
import { startRefusingHost } from './refusingHost.ts';
import { readLocalSettings, type Settings, withoutEmpty } from './settings.ts';

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
  readonly threads: WorkerThreads;
  /** How long running invocations may take to finish when the host closes, in milliseconds; 30 s by default. */
  readonly drainMs?: number;
  /**
   * Throw when the app or host.json cannot be used. Without it the host stays up as the real one does: it has no
   * functions and answers 404, or it does not run and answers 503; the log says why and what to do.
   */
  readonly exitOnError?: boolean;
}

export interface FunctionsHost {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without the route prefix. */
  readonly url: string;
  readonly functions: readonly { readonly name: string; readonly trigger: string; readonly route?: string }[];
  /** The problems because of which functions cannot run. Each states the remedy, and is in the log. */
  readonly problems: readonly string[];
  /**
   * Stops taking work, lets running invocations finish, abandons their messages and what is left, and runs the app's
   * appTerminate hooks. The real host ignores Ctrl-C for minutes and is drained by the platform; here both are one, and
   * quick, but no kinder: messages whose functions end meanwhile are not completed either, and come back.
   */
  close(): Promise<void>;
}

/**
 * Hosts a Functions app of the Node.js v4 programming model on the loopback address, as `func start` does: the same
 * app, bundle and `@azure/functions`. The app runs in a thread of its own, as it runs in a worker process on the real
 * host, so a host outlives what an app does to its worker. The environment belongs to the process, so a process hosts
 * one app. A function in error harms only itself.
 * @throws Error when the port is taken; with `exitOnError` also when the app or host.json cannot be used, with what to
 *   do. Nothing keeps running then
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  try {
    return await startHosting(options);
  } catch (error) {
    await options.threads.end();
    if (!(error instanceof HostError) || options.exitOnError) throw error;
    const refusing = await startRefusingHost(options.port ?? 0);
    const log = openLog(options, {});
    log.host('critical', `The host does not run, and answers every request with 503. ${error.message}`);
    return {
      port: refusing.port,
      url: `http://127.0.0.1:${refusing.port}`,
      functions: [],
      problems: [error.message],
      close: () => refusing.close(),
    };
  }
}

async function startHosting(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const appDirectory = resolve(options.appDirectory);
  await applySettings(appDirectory, options.settings ?? {});
  const jobHosts = await startJobHosts({
    appDirectory,
    threads: options.threads,
    exitOnError: options.exitOnError ?? false,
    openLog: (levels) => openLog(options, levels),
  });
  let server: HttpServer;
  try {
    server = await serve(options.port ?? 0, jobHosts);
  } catch (error) {
    await jobHosts.stop(AbortSignal.abort());
    await jobHosts.end();
    throw error;
  }
  const { functions, problems, router, log } = await jobHosts.current();
  const url = `http://127.0.0.1:${server.port}`;
  log.host('information', `Listening on ${url} with ${functions.length} functions`);

  const stop = async (): Promise<void> => {
    const stopAll = (giveUp: AbortSignal): Promise<unknown> =>
      Promise.all([server.close(giveUp), jobHosts.stop(giveUp)]);
    await drain(stopAll, options.drainMs ?? 30_000, log);
    await jobHosts.end();
    log.host('information', 'Stopped');
  };
  let closed: Promise<void> | undefined;
  return {
    port: server.port,
    url,
    functions: functions.map((target) => {
      const route = router.routeOf(target);
      return { name: target.name, trigger: target.trigger.type, ...(route !== undefined && { route }) };
    }),
    problems,
    close() {
      closed ??= stop();
      return closed;
    },
  };
}

/**
 * Gives the app its settings: those of the options, those of the environment, those of local.settings.json; the first
 * that is not empty counts, and empty ones are left out.
 */
async function applySettings(appDirectory: string, settings: Settings): Promise<void> {
  const file = await readLocalSettings(appDirectory);
  const applied = { ...withoutEmpty(file), ...withoutEmpty(process.env), ...withoutEmpty(settings) };
  for (const name of Object.keys(process.env)) if (!(name in applied)) delete process.env[name];
  Object.assign(process.env, applied);
}

function openLog(options: FunctionsHostOptions, levels: HostJson['logLevels']): HostLog {
  return createHostLog({
    write: options.log ?? ((line) => process.stderr.write(`${line}\n`)),
    now: () => new Date(),
    levels,
    quiet: options.quiet ?? false,
  });
}

/** Serves the functions on their routes, and the host's own interface below `/admin`. */
async function serve(port: number, jobHosts: JobHosts): Promise<HttpServer> {
  const startedMs = performance.now();
  const answer: AnswerRequest = async (request) => {
    let jobHost: JobHost;
    try {
      jobHost = await jobHosts.current();
    } catch {
      // It did not start again, and has said why.
      return emptyAnswer(503);
    }
    if (!/^\/admin(\/|$)/i.test(request.path)) return answerWithFunction(request, jobHost);
    const admin: Admin = {
      url: `http://127.0.0.1:${server.port}`,
      functions: jobHost.functions,
      routeOf: jobHost.router.routeOf,
      log: jobHost.log,
      run: (target: HostedFunction, input: string): void => {
        // The invoker has logged a failure.
        jobHost.run(target, input).catch(() => {});
      },
      control: {
        drain: () => jobHost.drain(),
        isDraining: jobHost.isDraining,
        outstanding: jobHosts.running,
        restart: () => jobHosts.restart(),
      },
      uptimeMs: performance.now() - startedMs,
    };
    return answerAdmin(admin, request);
  };
  const server: HttpServer = await startHttpServer(port, answer, (await jobHosts.current()).log);
  return server;
}
