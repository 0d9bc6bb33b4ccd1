import { expect, it } from 'vitest';
import type { Answer } from '../../../shared/graph/answer.ts';
import { loggedItems } from '../../../shared/graph/loggedItems.ts';

const url = '/users/8a6c0f6e-1f5b-4a3e-9a3c-0d6f0f6f1c11/authentication/requirements';
const batch = {
  method: 'POST',
  path: '/$batch',
  body: { requests: ['0', '1', '2'].map((id) => ({ id, method: 'GET', url })) },
} as const;

const answerWith = (statuses: readonly number[]): Answer => ({
  kind: 'ok',
  status: 200,
  requestId: undefined,
  body: {
    responses: statuses.map((status, index) => ({
      id: String(index),
      status,
      body: { error: { code: `code${status}` } },
    })),
  },
});

const noBatch: Answer = { kind: 'ok', status: 200, requestId: undefined, body: 'text' };

it('logs each failure within a batch that Graph answers, without the user, once a minute', async () => {
  const lines: string[] = [];
  let now = 0;
  const answer = answerWith([503, 503, 500]);
  const send = loggedItems(
    async () => answer,
    (line) => lines.push(line),
    () => now,
  );
  for (now of [0, 1_000, 59_000]) expect(await send(batch)).toBe(answer);
  const line = { step: 'graph', method: 'GET', route: '/users/{id}/authentication/requirements', inBatch: true };
  expect(lines.map((text) => JSON.parse(text))).toEqual([
    { ...line, status: 503, code: 'code503' },
    { ...line, status: 500, code: 'code500' },
  ]);
  now = 61_000;
  await send(batch);
  expect(lines).toHaveLength(4);
});

it.each([
  ['the answers about single users', answerWith([200, 204, 404, 403, 429])],
  ['a body that is no batch', noBatch],
])('logs nothing of %s', async (_, answer) => {
  const lines: string[] = [];
  const send = loggedItems(
    async () => answer,
    (line) => lines.push(line),
    () => 0,
  );
  await send(batch);
  expect(lines).toEqual([]);
});
