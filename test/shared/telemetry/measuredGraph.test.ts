import { expect, it } from 'vitest';
import type { Answer } from '../../../shared/graph/answer.ts';
import { measuredGraph } from '../../../shared/telemetry/measuredGraph.ts';
import { noTelemetry } from '../../../shared/telemetry/telemetry.ts';
import { recorder } from '../../support/recorder.ts';

const answering = (answer: Answer) => async (): Promise<Answer> => answer;

it('without telemetry is Graph itself', () => {
  const send = answering({ kind: 'ok', status: 200, body: null, requestId: undefined });
  expect(measuredGraph(send, 'graph', noTelemetry)).toBe(send);
});

it('counts a batch and each request in it', async () => {
  const telemetry = recorder();
  const body = { responses: [{ status: 204 }, { status: 429 }, { status: 204 }, null, { id: '4' }] };
  const answer: Answer = { kind: 'ok', status: 200, body, requestId: undefined };
  const graph = measuredGraph(answering(answer), 'graph', telemetry);
  expect(await graph({ method: 'POST', path: '/$batch', body: {} })).toBe(answer);
  const status = 'http.response.status_code';
  const inBatch = 'mfa.graph.in_batch';
  expect(telemetry.records).toEqual([
    ['graphRequests', 1, { [status]: 200, [inBatch]: false }],
    ['graphRequests', 1, { [status]: 204, [inBatch]: true }],
    ['graphRequests', 1, { [status]: 429, [inBatch]: true }],
    ['graphThrottled', 1, { [inBatch]: true }],
    ['graphRequests', 1, { [status]: 204, [inBatch]: true }],
  ]);
  expect(telemetry.spans).toMatchObject([
    { name: 'POST /$batch', kind: 'client', attributes: { 'mfa.graph.batch.size': 3, 'mfa.graph.batch.throttled': 1 } },
  ]);
});

it.each<[Answer, object]>([
  [{ kind: 'retry', status: 0, code: 'timeout', throttled: false, retryAfterMs: undefined }, { failed: 'timeout' }],
  [{ kind: 'refused', status: 403, code: 'Denied', message: 'alice may not' }, { failed: 'Denied' }],
])('an answer %j makes a span that failed, without its message', async (answer, expected) => {
  const telemetry = recorder();
  await measuredGraph(answering(answer), 'graph', telemetry)({ method: 'GET', path: '/users/alice' });
  expect(telemetry.spans).toMatchObject([{ name: 'GET /users/{id}', ...expected }]);
  expect(JSON.stringify(telemetry.spans)).not.toContain('alice');
});
