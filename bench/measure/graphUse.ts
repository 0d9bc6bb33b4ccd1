import type { Counters } from '../../local/graph/counters.ts';
import { shown } from './benchmark.ts';

/** What Graph was asked between two moments. */
export interface GraphUse {
  /** HTTP requests; a batch is one. */
  readonly httpRequests: number;
  readonly batches: number;
  /** Requests by route, those in batches included. */
  readonly requests: Readonly<Record<string, number>>;
  /** Of the requests, those answered with 429. */
  readonly throttled: number;
}

export function graphUseBetween(before: Counters, after: Counters): GraphUse {
  const requests: Record<string, number> = {};
  for (const [from, sign] of [
    [after, 1],
    [before, -1],
  ] as const)
    for (const group of [from.requests, from.batchItems])
      for (const [name, count] of Object.entries(group)) requests[name] = (requests[name] ?? 0) + sign * count;
  return {
    httpRequests: after.httpRequests - before.httpRequests,
    batches: after.batches - before.batches,
    requests: Object.fromEntries(Object.entries(requests).filter(([, count]) => count > 0)),
    throttled: sum(after.throttled) - sum(before.throttled),
  };
}

/** All requests, each in a batch for itself. */
export function requestsIn(use: GraphUse): number {
  return sum(use.requests);
}

/** Requests for each chunk. */
export function perChunk({ httpRequests, requests }: GraphUse, chunks: number): Record<string, number> {
  return mapValues({ httpRequests, ...requests }, (count) => shown(count / chunks));
}

export function mapValues(
  counts: Readonly<Record<string, number>>,
  change: (count: number) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, change(count)]));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
