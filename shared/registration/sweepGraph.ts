import type { SendToGraph } from '../graph/graph.ts';
import type { ListPage } from '../graph/listPage.ts';
import type { Pacer } from '../pace/pacer.ts';
import { backoffMs } from '../wait.ts';

/** The invocation has no time left, or not enough to wait for Graph. The next invocation continues the sweep. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** Sends the requests of a sweep to Graph: retries until the deadline, and gives state changes precedence. */
export class SweepGraph {
  /** Requests sent so far. */
  requests = 0;
  readonly send: SendToGraph;
  readonly #pacer: Pacer;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #deadline: number;

  /** @param deadline when the invocation must end, in milliseconds since 1970 */
  constructor(
    parts: {
      readonly graph: SendToGraph;
      readonly pacer: Pacer;
      readonly now: () => number;
      readonly random: () => number;
      readonly wait: (ms: number) => Promise<void>;
    },
    deadline: number,
  ) {
    this.send = (request) => {
      this.requests++;
      return parts.graph(request);
    };
    this.#pacer = parts.pacer;
    this.#now = parts.now;
    this.#random = parts.random;
    this.#wait = parts.wait;
    this.#deadline = deadline;
  }

  /** Waits while Graph throttles state changes: the rest of the quota is for them. */
  async giveWay(): Promise<void> {
    const pause = (await this.#pacer.heldUntil()) - this.#now();
    if (pause > 0) await this.#pause(pause, 'Microsoft Graph throttles state changes, which have priority.');
  }

  /**
   * Waits before another attempt.
   * @param attempt 0 for the first repetition
   * @throws OutOfTimeError when the wait would end after the deadline
   */
  async beforeAttempt(attempt: number, retryAfterMs: number | undefined, code: string): Promise<void> {
    const reason = `Microsoft Graph does not answer at the moment (${code}).`;
    await this.#pause(backoffMs(attempt, retryAfterMs, this.#random()), reason);
  }

  /** Reads a page of a list, and repeats the request until Graph answers. */
  async page<T>(read: (send: SendToGraph) => Promise<ListPage<T>>): Promise<Exclude<ListPage<T>, { kind: 'retry' }>> {
    for (let attempt = 0; ; attempt++) {
      await this.giveWay();
      const page = await read(this.send);
      if (page.kind !== 'retry') return page;
      await this.beforeAttempt(attempt, page.retryAfterMs, page.code);
    }
  }

  async #pause(ms: number, reason: string): Promise<void> {
    if (this.#now() + ms > this.#deadline) throw new OutOfTimeError(reason);
    await this.#wait(ms);
  }
}
