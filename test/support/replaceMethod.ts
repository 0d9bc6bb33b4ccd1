import { onTestFinished } from 'vitest';

type Method = (...args: never[]) => unknown;

/** The names of the methods of an object. */
export type MethodName<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T];

/**
 * Puts another method in the place of one of this object, until the test ends.
 * @param make gets the method as it was, to call it
 */
export function replaceMethod<T extends object, K extends MethodName<T>>(
  object: T,
  name: K,
  make: (original: T[K]) => T[K],
): void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  const original = (object[name] as Method).bind(object) as T[K];
  Object.defineProperty(object, name, { value: make(original), configurable: true, writable: true });
  onTestFinished(() => {
    if (own === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, own);
  });
}
