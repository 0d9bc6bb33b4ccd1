import { within } from '../deadline.ts';
import type { HostLog } from '../hostLog.ts';
import { AppStartError } from './appStartError.ts';
import type { FunctionMetadata, RpcInvocationRequest, RpcInvocationResponse } from './rpc.ts';
import { type FromWorker, type ToWorker, unpackThrown } from './workerProtocol.ts';
import type { WorkerThreads } from './workerThreads.ts';

/** Longer than the hooks themselves may take. */
const TERMINATE_WITHIN_MS = 6_000;

/** The thread that the app runs in. The host outlives it, as the real one outlives its worker process. */
export interface AppWorker {
  /** The registered functions of the app. */
  readonly functions: readonly FunctionMetadata[];
  /** Tells the app its functions as the host understands them; before any of them is run. */
  load(functions: readonly FunctionMetadata[]): void;
  /**
   * Runs a function.
   * @throws what it threw: an Error with its message and stack, or a text; WorkerExitError when the thread ends first
   */
  run(request: RpcInvocationRequest): Promise<RpcInvocationResponse>;
  /** Lets the app's appTerminate hooks run, then ends the thread. */
  terminate(): Promise<void>;
  /** Ends the thread at once, with all its work. Promises for this work stay pending. */
  kill(): Promise<void>;
}

export interface AppWorkerParts {
  readonly threads: WorkerThreads;
  readonly appDirectory: string;
  readonly log: HostLog;
  /** Called when the thread has ended by itself: the app ended it, or did not catch an error. */
  readonly onExit: (why: WorkerExitError) => void;
}

/** The thread of the app ended while a function was running. */
export class WorkerExitError extends Error {
  override readonly name = 'WorkerExitError';
}

interface Waiting {
  readonly resolve: (response: RpcInvocationResponse) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Starts a thread with the app in it.
 * @throws AppStartError when the app cannot be started, or ends before it has
 */
export async function startAppWorker({ threads, appDirectory, log, onExit }: AppWorkerParts): Promise<AppWorker> {
  const thread = threads.take();
  const waiting = new Map<string, Waiting>();
  const post = (message: ToWorker): void => thread.postMessage(message);
  let isEnding = false;
  let isGone = false;
  let uncaught: unknown;
  let terminated = (): void => {};

  const functions = await new Promise<readonly FunctionMetadata[]>((resolve, reject) => {
    thread.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'started':
          return resolve(message.functions);
        case 'startFailed':
          void end();
          return reject(message.byApp ? new AppStartError(message.thrown.message) : unpackThrown(message.thrown));
        case 'log':
          return write(log, message);
        case 'succeeded':
          return settle(message.invocationId, ({ resolve }) => resolve(message.response));
        case 'failed':
          return settle(message.invocationId, ({ reject }) => reject(unpackThrown(message.thrown)));
        case 'terminated':
          return terminated();
      }
    });
    post({ kind: 'start', appDirectory, settings: { ...process.env } });
    thread.on('error', (error: unknown) => {
      uncaught = error;
    });
    thread.on('exit', (code) => {
      isGone = true;
      terminated();
      if (isEnding) return;
      const why = exitError(code, uncaught);
      reject(new AppStartError(why.message, { cause: uncaught }));
      for (const { reject } of waiting.values()) reject(why);
      waiting.clear();
      onExit(why);
    });
  });

  function settle(invocationId: string, how: (one: Waiting) => void): void {
    const one = waiting.get(invocationId);
    waiting.delete(invocationId);
    if (one) how(one);
  }

  async function end(): Promise<void> {
    isEnding = true;
    await thread.terminate();
  }

  return {
    functions,
    load: (loaded) => post({ kind: 'load', functions: loaded }),
    run: (request) =>
      new Promise((resolve, reject) => {
        waiting.set(request.invocationId, { resolve, reject });
        post({ kind: 'invoke', request });
      }),
    async terminate() {
      isEnding = true;
      const hooks = new Promise<void>((resolve) => {
        terminated = resolve;
        if (isGone) resolve();
        else post({ kind: 'terminate' });
      });
      // A thread that is busy does not hear.
      await within(hooks, TERMINATE_WITHIN_MS, () => new Error('The app did not listen.')).catch((error: Error) =>
        log.host('error', `${error.message} Its appTerminate hooks were cut off.`),
      );
      await end();
    },
    kill: end,
  };
}

function exitError(code: number, uncaught: unknown): WorkerExitError {
  if (uncaught === undefined) return new WorkerExitError(`The app ended its worker, with code ${code}.`);
  return new WorkerExitError(
    `The worker ended because of an uncaught error or an unhandled rejection in the app: ${uncaught instanceof Error ? uncaught.stack : uncaught}`,
    { cause: uncaught },
  );
}

function write(log: HostLog, { level, message, of }: Extract<FromWorker, { kind: 'log' }>): void {
  if (of) log.invocation(level, of.functionName, of.invocationId, message, of.user);
  else log.host(level, message);
}
