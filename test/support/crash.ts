/** What stands for the end of the process in the middle of something. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Makes the next call of a method throw: before it does anything, or after it has done everything, as if the process had
 * ended there. Calls after it work again.
 * @param times how many calls work before the one that throws
 */
export function crashOnce<T extends object, K extends keyof T>(
  object: T,
  name: T[K] extends Method ? K : never,
  when: 'before' | 'after',
  times = 0,
): void {
  const original = (object[name] as Method).bind(object);
  let calls = 0;
  const crashing = async (...args: never[]): Promise<unknown> => {
    if (calls++ !== times) return original(...args);
    if (when === 'after') await original(...args);
    throw new Crash(`ended ${when} ${String(name)}`);
  };
  Object.defineProperty(object, name, { value: crashing, configurable: true });
}
