/** How many requests of one caller a process answers at the same time. */
const AT_ONCE = 8;

/**
 * Answers only a few requests of one caller at the same time, and lets its others wait. Without this, a caller who asks
 * about hundreds of operations at once makes every request and every message of this process wait for each of them.
 */
export class CallerTurns {
  /** By caller: the number of requests under way, and those that wait. */
  readonly #callers = new Map<string, { underWay: number; readonly waiting: (() => void)[] }>();

  /** Does the work of a request when it is its turn, in the order of the caller's requests. */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const requests = this.#callers.get(caller) ?? { underWay: 0, waiting: [] };
    this.#callers.set(caller, requests);
    if (requests.underWay < AT_ONCE) requests.underWay++;
    else await new Promise<void>((resolve) => requests.waiting.push(resolve)); // takes over the turn of another
    try {
      return await work();
    } finally {
      const next = requests.waiting.shift();
      if (next !== undefined) next();
      else if (--requests.underWay === 0) this.#callers.delete(caller);
    }
  }
}
