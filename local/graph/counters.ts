/** The numbers of requests and answers of the simulator, as plain numbers for JSON. */
export interface Counters {
  httpRequests: number;
  /** The most requests that were in progress at one time. */
  maxConcurrentRequests: number;
  batches: number;
  /** Requests by the name of their route, such as `requirements.update`; those in a batch and those of their own. */
  requests: Record<string, number>;
  batchItems: Record<string, number>;
  /** Statuses of HTTP answers, and of the answers within batches. */
  statuses: Record<string, number>;
  batchItemStatuses: Record<string, number>;
  /** Answers with 429 by the quota that was used up, such as `writes`. */
  throttled: Record<string, number>;
  jwksRequests: number;
  tokensIssued: number;
}

export function newCounters(): Counters {
  return {
    httpRequests: 0,
    maxConcurrentRequests: 0,
    batches: 0,
    requests: {},
    batchItems: {},
    statuses: {},
    batchItemStatuses: {},
    throttled: {},
    jwksRequests: 0,
    tokensIssued: 0,
  };
}

/** Adds one to a counter by name. */
export function count(counters: Record<string, number>, name: string | number): void {
  counters[name] = (counters[name] ?? 0) + 1;
}
