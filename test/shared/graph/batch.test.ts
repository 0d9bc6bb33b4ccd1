import { describe, expect, it } from 'vitest';
import { type Answer, noAnswer } from '../../../shared/graph/answer.ts';
import { sendBatches } from '../../../shared/graph/batch.ts';
import type { GraphRequest, SendToGraph } from '../../../shared/graph/graph.ts';
import { countsAsRegistered } from '../../../shared/graph/methods.ts';
import { NOW } from '../../support/samples.ts';

const requests: GraphRequest[] = ['a', 'b', 'c'].map((name) => ({ method: 'GET', path: `/users/${name}` }));

/** What the requests are answered when the batch is answered with these items. */
const answered = (responses: unknown): Promise<Answer[]> => {
  const send: SendToGraph = async () => ({ kind: 'ok', status: 200, body: { responses }, requestId: undefined });
  return sendBatches(send, requests, { now: () => NOW });
};

describe('sendBatches', () => {
  it('gives each request its own answer, in whatever order they come', async () => {
    const answers = await answered([
      { id: '2', status: 404, body: { error: { code: 'gone' } } },
      { id: '0', status: 204 },
      { id: '1', status: 429, headers: { 'RETRY-AFTER': '9' } },
    ]);
    expect(answers).toMatchObject([
      { kind: 'ok', status: 204 },
      { kind: 'retry', status: 429, throttled: true, retryAfterMs: 9_000 },
      { kind: 'refused', status: 404, code: 'gone' },
    ]);
  });

  it('has no answer for what is missing, unreadable or was never asked', async () => {
    const missing = { ...noAnswer('missingAnswer'), ofItem: true };
    expect(await answered([{ id: '7', status: 204 }, { id: 'x', status: 204 }, { status: 204 }, null, 'text'])).toEqual(
      [missing, missing, missing],
    );
    const unreadable = noAnswer('unreadableAnswer');
    expect(await answered('nothing')).toEqual([unreadable, unreadable, unreadable]);
  });

  it('gives every request the answer of a batch that failed as a whole', async () => {
    const failed = noAnswer('timeout');
    expect(await sendBatches(async () => failed, requests, { now: () => NOW })).toEqual([failed, failed, failed]);
  });

  it.each([400, 403, 404, 405, 410, 413])(
    'of a whole batch refused with %i, is a failure of no item',
    async (status) => {
      const send: SendToGraph = async () => ({ kind: 'refused', status, code: 'NotFound', message: 'No such thing' });
      const answers = await sendBatches(send, requests, { now: () => NOW });
      expect(answers).toMatchObject(requests.map(() => ({ kind: 'retry', code: 'NotFound', throttled: false })));
      for (const answer of answers) {
        expect(answer).not.toHaveProperty('ofItem');
        expect(answer.kind === 'retry' && String(answer.cause)).toContain(`${status} NotFound: No such thing`);
      }
    },
  );

  it('names a request by its own id, else by the id of the batch', async () => {
    const error = (id?: string) => ({ error: { code: 'x', innerError: id === undefined ? {} : { 'request-id': id } } });
    const responses = [
      { id: '0', status: 204 },
      { id: '1', status: 403, body: error('own') },
      { id: '2', status: 403, body: error() },
    ];
    const send: SendToGraph = async () => ({ kind: 'ok', status: 200, body: { responses }, requestId: 'of-batch' });
    const answers = await sendBatches(send, requests, { now: () => NOW });
    expect(answers).toMatchObject([{ requestId: 'of-batch' }, { requestId: 'own' }, { requestId: 'of-batch' }]);
  });

  it('sends reads that are answered with 401 again, once, and no writes', async () => {
    const urls: string[][] = [];
    const send: SendToGraph = async ({ body }) => {
      const { requests: items } = body as { requests: { id: string; url: string }[] };
      urls.push(items.map(({ url }) => url));
      const isFirst = urls.length === 1;
      const responses = items.map(({ id, url }) => ({ id, status: isFirst && url !== '/users/a' ? 401 : 200 }));
      return { kind: 'ok', status: 200, body: { responses }, requestId: undefined };
    };
    const mixed: GraphRequest[] = [...requests, { method: 'PATCH', path: '/users/d', body: {} }];
    const answers = await sendBatches(send, mixed, { now: () => NOW });
    expect(urls).toEqual([
      ['/users/a', '/users/b', '/users/c', '/users/d'],
      ['/users/b', '/users/c'],
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401]);
  });

  it('asks nothing when there is nothing to ask', async () => {
    const never: SendToGraph = () => Promise.reject(new Error('asked'));
    expect(await sendBatches(never, [], { now: () => NOW })).toEqual([]);
  });

  it('asks for more than a batch takes in several, and keeps the order whichever is answered first', async () => {
    const sizes: number[] = [];
    const send: SendToGraph = async ({ body }) => {
      const { requests: items } = body as { requests: { id: string; url: string }[] };
      sizes.push(items.length);
      if (sizes.length === 1) await new Promise(setImmediate);
      const responses = items.map(({ id, url }) => ({ id, status: 200, body: { url } }));
      return { kind: 'ok', status: 200, body: { responses }, requestId: undefined };
    };
    const many = Array.from({ length: 45 }, (_, n): GraphRequest => ({ method: 'GET', path: `/users/${n}` }));
    const answers = await sendBatches(send, many, { now: () => NOW });
    expect(sizes).toEqual([20, 20, 5]);
    expect(answers.map((answer) => answer.kind === 'ok' && answer.body)).toEqual(
      many.map(({ path }) => ({ url: path })),
    );
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
