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

/** Waits, or less when the signal says so. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
