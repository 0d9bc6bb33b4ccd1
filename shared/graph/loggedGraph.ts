import { describeError } from '../describeError.ts';
import type { Answer } from './answer.ts';
import type { SendToGraph } from './graph.ts';
import { graphRoute } from './graphRoute.ts';
import { graphSaid } from './refusal.ts';

/** The same failure is logged again after this time. */
const LOG_EVERY_MS = 60_000;
const MAX_CODES = 100;

/**
 * Logs why a request to Graph failed: the caller only learns that it must retry. A refusal of a whole batch is such a
 * failure, because it is about none of its users. Throttling is not logged. The same failure is logged once a minute.
 * @param write receives a line of JSON
 * @param now milliseconds since 1970
 */
export function loggedGraph(send: SendToGraph, write: (line: string) => void, now: () => number): SendToGraph {
  const loggedAt = new Map<string, number>();
  return async (request) => {
    const answer = await send(request);
    const route = graphRoute(request.path);
    const isFailure = answer.kind === 'retry' ? !answer.throttled : answer.kind === 'refused' && route === '/$batch';
    if (!isFailure || answer.kind === 'ok') return answer;
    const { status, code } = answer;
    const key = `${status} ${code}`;
    if (now() - (loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return answer;
    if (loggedAt.size >= MAX_CODES) loggedAt.clear();
    loggedAt.set(key, now());
    const error = errorOf(answer);
    write(JSON.stringify({ step: 'graph', method: request.method, route, status, code, error }));
    return answer;
  };
}

function errorOf(answer: Exclude<Answer, { kind: 'ok' }>): string | undefined {
  if (answer.kind === 'refused') return graphSaid(answer);
  return answer.cause === undefined ? undefined : describeError(answer.cause);
}
