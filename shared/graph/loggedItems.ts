import { z } from 'zod';
import { fieldOf } from '../fieldOf.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';
import { graphRoute } from './graphRoute.ts';

/** The same failure is logged again after this time. */
const LOG_EVERY_MS = 60_000;
const MAX_CODES = 100;

const answeredSchema = z.object({
  responses: z.array(z.object({ id: z.string(), status: z.number(), body: z.unknown().optional() })),
});
const askedSchema = z.object({ requests: z.array(z.object({ id: z.string(), method: z.string(), url: z.string() })) });

/**
 * Logs why requests within a batch failed: Graph answers the batch itself with 200 also when it fails each of its requests.
 * Statuses below 500 are about one user, and are in the outcomes. The same failure is logged once a minute.
 * @param write receives a line of JSON
 * @param now milliseconds since 1970
 */
export function loggedItems(send: SendToGraph, write: (line: string) => void, now: () => number): SendToGraph {
  const loggedAt = new Map<string, number>();
  return async (request) => {
    const answer = await send(request);
    if (answer.kind !== 'ok' || request.path !== '/$batch') return answer;
    for (const failure of failuresIn(request, answer.body)) {
      const key = `${failure.status} ${failure.code}`;
      if (now() - (loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) continue;
      if (loggedAt.size >= MAX_CODES) loggedAt.clear();
      loggedAt.set(key, now());
      write(JSON.stringify({ step: 'graph', ...failure, inBatch: true }));
    }
    return answer;
  };
}

interface Failure {
  readonly method: string | undefined;
  readonly route: string;
  readonly status: number;
  readonly code: string | undefined;
}

function* failuresIn(request: GraphRequest, body: unknown): Generator<Failure> {
  const answered = answeredSchema.safeParse(body);
  if (!answered.success) return;
  const asked = askedSchema.safeParse(request.body);
  for (const item of answered.data.responses) {
    if (item.status < 500) continue;
    const one = asked.data?.requests.find(({ id }) => id === item.id);
    const code = fieldOf(fieldOf(item.body, 'error'), 'code');
    yield {
      method: one?.method,
      route: graphRoute(one?.url ?? ''),
      status: item.status,
      code: typeof code === 'string' ? code : undefined,
    };
  }
}
