export type Traffic = 'send' | 'receive';

/** Requests that are refused as if the namespace had too much to do. */
export interface ThrottleRule {
  /** All queues when missing. */
  readonly queue?: string | undefined;
  /** Both when missing. */
  readonly traffic?: Traffic | undefined;
  /** How many requests; as many as come when missing. */
  readonly count?: number | undefined;
  /** For how long, in milliseconds; until `count` is used up when missing. */
  readonly durationMs?: number | undefined;
}

/** Decides which requests are refused, by rules that end by themselves. */
export class Throttle {
  readonly #clock: () => number;
  #rules: { readonly rule: ThrottleRule; left: number; readonly until: number }[] = [];
  #refused = 0;

  /** @param clock the time in epoch milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Requests that were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  add(rule: ThrottleRule): void {
    const left = rule.count ?? Number.POSITIVE_INFINITY;
    this.#rules.push({ rule, left, until: this.#clock() + (rule.durationMs ?? Number.POSITIVE_INFINITY) });
  }

  end(): void {
    this.#rules = [];
  }

  /** Whether a request is to be refused now. One that is uses up the rule that says so. */
  refuses(queue: string, traffic: Traffic): boolean {
    if (this.#rules.length === 0) return false;
    const now = this.#clock();
    this.#rules = this.#rules.filter(({ left, until }) => left > 0 && until > now);
    const found = this.#rules.find(({ rule }) => {
      const isQueue = rule.queue === undefined || rule.queue.toLowerCase() === queue.toLowerCase();
      return isQueue && (rule.traffic ?? traffic) === traffic;
    });
    if (found === undefined) return false;
    found.left--;
    this.#refused++;
    return true;
  }
}
