import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphRoute } from '../graph/graphRoute.ts';
import { attributes as a } from './names.ts';
import { noTelemetry, type Span, type Telemetry } from './telemetry.ts';

/** Requests to Graph, each a span and counted by its status; of a batch, each request in it is counted. */
export function measuredGraph(send: SendToGraph, serverAddress: string, telemetry: Telemetry): SendToGraph {
  if (telemetry === noTelemetry) return send;
  const count = (status: number, inBatch: boolean): void => {
    const labels = { [a.responseStatus]: status, [a.inBatch]: inBatch };
    telemetry.record('graphRequests', 1, labels);
    if (status === 429) telemetry.record('graphThrottled', 1, { [a.inBatch]: inBatch });
  };
  return (request) => {
    const { method } = request;
    const route = graphRoute(request.path);
    const attributes = { [a.requestMethod]: method, [a.urlTemplate]: route, [a.serverAddress]: serverAddress };
    return telemetry.span({ name: `${method} ${route}`, kind: 'client', attributes }, async (span) => {
      const answer = await send(request);
      count(answer.status, false);
      describe(answer, span);
      if (route === '/$batch') {
        const statuses = statusesOf(answer);
        for (const status of statuses) count(status, true);
        span.set({ [a.batchSize]: statuses.length, [a.batchThrottled]: statuses.filter((s) => s === 429).length });
      }
      return answer;
    });
  };
}

function describe(answer: Answer, span: Span): void {
  if (answer.status > 0) span.set({ [a.responseStatus]: answer.status });
  if (answer.kind !== 'ok') span.fail(answer.code);
}

/** The statuses in the answer to a batch; whoever asked reads it in earnest. */
function statusesOf(answer: Answer): number[] {
  const body = answer.kind === 'ok' ? (answer.body as { readonly responses?: unknown } | null) : null;
  if (!Array.isArray(body?.responses)) return [];
  return body.responses.flatMap((item: { readonly status?: unknown } | null) =>
    typeof item?.status === 'number' ? [item.status] : [],
  );
}
