import { describe, expect, it } from 'vitest';
import { type Answer, noAnswer } from '../../../shared/graph/answer.ts';
import { sendBatch } from '../../../shared/graph/batch.ts';
import type { GraphRequest, SendToGraph } from '../../../shared/graph/graph.ts';
import { countsAsRegistered } from '../../../shared/graph/methods.ts';
import { NOW } from '../../support/samples.ts';

const requests: GraphRequest[] = ['a', 'b', 'c'].map((name) => ({ method: 'GET', path: `/users/${name}` }));

/** What the requests are answered when the batch is answered with these items. */
const answered = (responses: unknown): Promise<Answer[]> => {
  const send: SendToGraph = async () => ({ kind: 'done', status: 200, body: { responses }, requestId: undefined });
  return sendBatch(send, requests, { now: () => NOW });
};

describe('sendBatch', () => {
  it('gives each request its own answer, in whatever order they come', async () => {
    const answers = await answered([
      { id: '2', status: 404, body: { error: { code: 'gone' } } },
      { id: '0', status: 204 },
      { id: '1', status: 429, headers: { 'RETRY-AFTER': '9' } },
    ]);
    expect(answers).toMatchObject([
      { kind: 'done', status: 204 },
      { kind: 'later', status: 429, throttled: true, retryAfterMs: 9_000 },
      { kind: 'refused', status: 404, code: 'gone' },
    ]);
  });

  it('has no answer for what is missing, unreadable or was never asked', async () => {
    const missing = noAnswer('missingAnswer');
    expect(await answered([{ id: '7', status: 204 }, { id: 'x', status: 204 }, { status: 204 }, null, 'text'])).toEqual(
      [missing, missing, missing],
    );
    expect(await answered('nothing')).toEqual([missing, missing, missing]);
  });

  it('gives every request the answer of a batch that failed as a whole', async () => {
    const failed = noAnswer('timeout');
    expect(await sendBatch(async () => failed, requests, { now: () => NOW })).toEqual([failed, failed, failed]);
  });

  it('asks nothing when there is nothing to ask, and not too much at once', async () => {
    const never: SendToGraph = () => Promise.reject(new Error('asked'));
    expect(await sendBatch(never, [], { now: () => NOW })).toEqual([]);
    const many = Array.from({ length: 21 }, () => requests[0] as GraphRequest);
    await expect(sendBatch(never, many, { now: () => NOW })).rejects.toThrow(RangeError);
  });
});

describe('countsAsRegistered', () => {
  const type = (name: string): string => `#microsoft.graph.${name}AuthenticationMethod`;

  it.each(['phone', 'microsoftAuthenticator', 'fido2', 'softwareOath', 'hardwareOath', 'windowsHelloForBusiness'])(
    'counts %s',
    (name) => {
      expect(countsAsRegistered([type('password'), type(name)])).toBe(true);
    },
  );

  it.each(['password', 'email', 'temporaryAccessPass', 'qrCodePin', 'somethingNew'])('does not count %s', (name) => {
    expect(countsAsRegistered([type('password'), type(name)])).toBe(false);
  });
});
