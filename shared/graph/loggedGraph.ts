import { describeError } from '../describeError.ts';
import type { SendToGraph } from './graph.ts';
import { graphRoute } from './graphRoute.ts';

/** The same trouble is told again after this time. */
const TOLD_FOR_MS = 60_000;
const MOST_CODES = 100;

/**
 * Tells why Graph does not answer, or fails: who asked only learns that it is to ask again later. Throttling is no
 * trouble. What stays the same is told once a minute.
 * @param write takes a line of JSON
 * @param now milliseconds since 1970
 */
export function loggedGraph(send: SendToGraph, write: (line: string) => void, now: () => number): SendToGraph {
  const toldAt = new Map<string, number>();
  return async (request) => {
    const answer = await send(request);
    if (answer.kind !== 'retry' || answer.throttled) return answer;
    const { status, code, cause } = answer;
    const key = `${status} ${code}`;
    if (now() - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < TOLD_FOR_MS) return answer;
    if (toldAt.size >= MOST_CODES) toldAt.clear();
    toldAt.set(key, now());
    const route = graphRoute(request.path);
    const error = cause === undefined ? undefined : describeError(cause);
    write(JSON.stringify({ step: 'graph', method: request.method, route, status, code, error }));
    return answer;
  };
}
