/** The longest time that a message of a large operation waits for express operations. */
const LONGEST_WAIT_MS = 1_000;
/** For so long an express message is waited for: one that takes longer waits for something itself. */
const EXPRESS_COUNTS_MS = 5_000;

/**
 * Lets the messages of express operations go first in this process. All messages share its processor, and one of a large
 * operation takes as much of it as dozens of express operations. So no message of a large operation begins while an express
 * one is handled, for a second at most: express operations slow large ones down, and never stop them.
 */
export class ExpressFirst {
  readonly #wait: (ms: number) => Promise<void>;
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /** @param wait waits at least this many milliseconds */
  constructor(wait: (ms: number) => Promise<void>) {
    this.#wait = wait;
  }

  /** Does the work of a message: at once if it is express, else after the express work that is under way. */
  async run<T>(isExpress: boolean, work: () => Promise<T>): Promise<T> {
    if (isExpress) return this.#runExpress(work);
    if (this.#underWay > 0) await Promise.race([this.#idle(), this.#wait(LONGEST_WAIT_MS)]);
    return work();
  }

  async #runExpress<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    const done = work();
    const settled = done.then(
      () => {},
      () => {},
    );
    void Promise.race([settled, this.#wait(EXPRESS_COUNTS_MS)]).then(() => this.#leave());
    return done;
  }

  #leave(): void {
    this.#underWay--;
    if (this.#underWay === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
