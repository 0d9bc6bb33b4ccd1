import type { GraphRequest } from '../../shared/graph/graph.ts';

/** How many writes of a state a request of Graph has in its batch. */
export function writesIn({ body }: GraphRequest): number {
  return JSON.stringify(body ?? '').split('"PATCH"').length - 1;
}
