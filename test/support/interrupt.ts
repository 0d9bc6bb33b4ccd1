import { onTestFinished } from 'vitest';
import { Crash } from './crash.ts';
import { replaceMethod } from './replaceMethod.ts';

type AsyncMethod = (...args: unknown[]) => Promise<unknown>;
/** The names of the methods of an object that return a promise. */
type AsyncName<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? K : never }[keyof T];
type ArgumentsOf<M> = M extends (...args: infer A) => unknown ? A : never;

interface Interruption<A extends readonly unknown[]> {
  /** Which call, from 1; or the first with such arguments. The first call by default. */
  readonly at?: number | ((...args: A) => boolean);
  /** What happens there. The process ends by default: the call throws a Crash. */
  readonly work?: () => Promise<unknown>;
  /** Whether the test may end without this call. */
  readonly mayMiss?: boolean;
}

/**
 * Interrupts one call of a method: before it does anything, or after it has done everything. All other calls work, and
 * the method is what it was when the test ends. A test fails whose interruption never took place.
 */
export function interrupt<T extends object, K extends AsyncName<T>>(
  object: T,
  name: K,
  when: 'before' | 'after',
  { at = 1, work, mayMiss = false }: Interruption<ArgumentsOf<T[K]>> = {},
): void {
  const place = `${when} ${String(name)}`;
  const interruption = work ?? (() => Promise.reject(new Crash(`ended ${place}`)));
  let calls = 0;
  let isOver = false;
  replaceMethod<Record<K, AsyncMethod>, K>(object as Record<K, AsyncMethod>, name, (original) => async (...args) => {
    calls++;
    const isNow = !isOver && (typeof at === 'number' ? calls === at : at(...(args as ArgumentsOf<T[K]>)));
    if (!isNow) return original(...args);
    isOver = true;
    if (when === 'before') await interruption();
    const result = await original(...args);
    if (when === 'after') await interruption();
    return result;
  });
  onTestFinished(() => {
    if (!isOver && !mayMiss) throw new Error(`Nothing was interrupted ${place}: it was called ${calls} times`);
  });
}
