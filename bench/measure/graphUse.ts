import type { Counters } from '../../local/graph/counters.ts';
import { addCounts, countsBetween, mapCounts, sumOf } from './counts.ts';
import { shown } from './samples.ts';

/** What Graph was asked between two moments. */
export interface GraphUse {
  /** HTTP requests; a batch is one. */
  readonly httpRequests: number;
  /** Requests by route, those in batches included. */
  readonly requests: Readonly<Record<string, number>>;
  /** Of the requests, those answered with 429. */
  readonly throttled: number;
}

export function graphUseBetween(before: Counters, after: Counters): GraphUse {
  return {
    httpRequests: after.httpRequests - before.httpRequests,
    requests: addCounts(
      countsBetween(before.requests, after.requests),
      countsBetween(before.batchItems, after.batchItems),
    ),
    throttled: sumOf(after.throttled) - sumOf(before.throttled),
  };
}

/** Of all requests, each in a batch for itself, the share that was answered with 429. */
export function throttledShare({ requests, throttled }: GraphUse): number {
  return throttled / Math.max(1, sumOf(requests));
}

/** Requests for each chunk. */
export function perChunk({ httpRequests, requests }: GraphUse, chunks: number): Record<string, number> {
  return mapCounts({ httpRequests, ...requests }, (count) => shown(count / chunks));
}
