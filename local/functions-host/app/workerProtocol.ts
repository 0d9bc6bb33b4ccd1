import { describeError } from '../../../shared/describeError.ts';
import type { LogLevel } from '../hostLog.ts';
import type { Settings } from '../settings.ts';
import type { FunctionMetadata, RpcInvocationRequest, RpcInvocationResponse } from './rpc.ts';

/** The messages from the host to a worker. */
export type ToWorker =
  /** To load the app, with these settings as its environment; comes first. */
  | { readonly kind: 'start'; readonly appDirectory: string; readonly settings: Settings }
  /** The functions as the host understands them, with settings in the place of `%NAME%`. */
  | { readonly kind: 'load'; readonly functions: readonly FunctionMetadata[] }
  | { readonly kind: 'invoke'; readonly request: RpcInvocationRequest }
  /** To run its appTerminate hooks. */
  | { readonly kind: 'terminate' };

/** The messages from a worker to the host. */
export type FromWorker =
  | { readonly kind: 'started'; readonly functions: readonly FunctionMetadata[] }
  /** `byApp`: the app cannot be started, and it says why; otherwise the worker itself failed. */
  | { readonly kind: 'startFailed'; readonly thrown: Thrown; readonly byApp: boolean }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly of?: LoggedInvocation }
  | { readonly kind: 'succeeded'; readonly invocationId: string; readonly response: RpcInvocationResponse }
  | { readonly kind: 'failed'; readonly invocationId: string; readonly thrown: Thrown }
  | { readonly kind: 'terminated' };

export interface LoggedInvocation {
  readonly functionName: string;
  readonly invocationId: string;
  readonly user: boolean;
}

/** A thrown value in a message between threads. Only errors have `stack`. */
export interface Thrown {
  readonly message: string;
  readonly stack?: string;
  /** The error with its causes and the errors that it stands for, where it has any: a stack says nothing of them. */
  readonly described?: string;
}

export function packThrown(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const hasMore = thrown.cause !== undefined || 'errors' in thrown;
  return {
    message: thrown.message,
    stack: thrown.stack ?? thrown.message,
    ...(hasMore ? { described: describeError(thrown) } : {}),
  };
}

/** An error that a function threw in the thread of the app. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly described: string | undefined;

  constructor({ message, stack, described }: Thrown) {
    super(message);
    this.stack = stack;
    this.described = described;
  }
}

/** An error with the message and the stack of the one that was thrown, or what was thrown as text. */
export function unpackThrown(thrown: Thrown): unknown {
  return thrown.stack === undefined ? thrown.message : new AppError(thrown);
}
