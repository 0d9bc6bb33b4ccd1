import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The result of a promise, unless it takes longer than that: then the error, and whatever comes of the promise later
 * is dropped.
 */
export async function within<T>(promise: Promise<T>, limitMs: number | undefined, tooLate: () => Error): Promise<T> {
  if (limitMs === undefined) return promise;
  const timer = new AbortController();
  const expiry = delay(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw tooLate();
  });
  expiry.catch(() => {});
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    timer.abort();
    promise.catch(() => {});
  }
}

/** A signal that many may listen to at once without a warning of a leak: a message in each session, say. */
export function createAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Waits, or less when the signal says so. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

/**
 * The result of a promise, unless the signal comes first: then what `otherwise` gives, and whatever comes of the promise
 * is dropped. Unlike Promise.race it leaves nothing behind on a signal that outlives many promises.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, otherwise: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      try {
        resolve(otherwise());
      } catch (error) {
        reject(error);
      }
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Passes several signals on to an action as one, for as long as the action takes. */
export async function withSignals<T>(signals: AbortSignal[], action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  try {
    return await action(controller.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
