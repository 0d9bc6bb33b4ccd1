import type { SendToGraph } from '../graph/graph.ts';
import type { ListPage } from '../graph/listPage.ts';
import type { Pacer } from '../pace/pacer.ts';
import { backoffMs } from '../wait.ts';

/** The invocation has no time left, or not enough to wait for Graph. The next invocation continues the sweep. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
  /** When to continue, in milliseconds since 1970: Graph asked to wait until then. Undefined for at once. */
  readonly continueAt: number | undefined;

  constructor(message: string, continueAt?: number) {
    super(message);
    this.continueAt = continueAt;
  }
}

/** A request that is sent right before the deadline may take this long: a shorter time would answer nothing. */
const SHORTEST_REQUEST_MS = 2_000;

/**
 * Sends the requests of a sweep to Graph: retries until the deadline, and gives state changes precedence. No request is
 * sent after the deadline, and none that was sent before waits much longer than it for its answer.
 */
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
    this.send = async (request) => {
      this.checkTime();
      this.requests++;
      const leftMs = Math.max(SHORTEST_REQUEST_MS, deadline - parts.now());
      return parts.graph({ ...request, timeoutMs: Math.min(request.timeoutMs ?? leftMs, leftMs) });
    };
    this.#pacer = parts.pacer;
    this.#now = parts.now;
    this.#random = parts.random;
    this.#wait = parts.wait;
    this.#deadline = deadline;
  }

  /** @throws OutOfTimeError when the invocation must end */
  checkTime(): void {
    if (this.#now() >= this.#deadline) throw new OutOfTimeError('The invocation ran out of time.');
  }

  /** Waits between two requests, but not after the deadline. */
  async pause(ms: number): Promise<void> {
    await this.#wait(Math.max(0, Math.min(ms, this.#deadline - this.#now())));
  }

  /**
   * Waits while Graph throttles state changes: the rest of the quota is for them.
   * @throws OutOfTimeError when the wait would end after the deadline
   */
  async giveWay(): Promise<void> {
    this.checkTime();
    const pause = (await this.#pacer.heldUntil()) - this.#now();
    if (pause > 0) await this.#waitFor(pause, 'Microsoft Graph throttles state changes, which have priority.');
  }

  /**
   * Waits before another attempt.
   * @param attempt 0 for the first repetition
   * @throws OutOfTimeError when the wait would end after the deadline
   */
  async beforeAttempt(attempt: number, retryAfterMs: number | undefined, code: string): Promise<void> {
    const reason = `Microsoft Graph does not answer at the moment (${code}).`;
    await this.#waitFor(backoffMs(attempt, retryAfterMs, this.#random()), reason);
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

  async #waitFor(ms: number, reason: string): Promise<void> {
    const until = this.#now() + ms;
    if (until > this.#deadline) throw new OutOfTimeError(reason, until);
    await this.#wait(ms);
  }
}
