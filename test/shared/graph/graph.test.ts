import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { graphOf, type SendToGraph } from '../../../shared/graph/graph.ts';
import type { GraphTokens } from '../../../shared/graph/graphTokens.ts';
import { leastSettings } from '../../support/leastSettings.ts';
import { closeNow, listen } from '../../support/listen.ts';

let graph: Server;
let stranger: Server;
/** Where the two listen. */
let own: string;
let other: string;
let send: SendToGraph;
let asked: string[];
let strangerAsked: number;

beforeAll(async () => {
  graph = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{}');
  });
  stranger = createServer((_, response) => {
    strangerAsked++;
    response.end('{}');
  });
  const { url, port } = await listen(graph);
  own = `127.0.0.1:${port}`;
  other = `127.0.0.1:${(await listen(stranger)).port}`;
  send = graphOf(
    readSettings({
      ...leastSettings,
      GRAPH_BASE_URL: url,
    }),
    Date.now,
  );
});
afterAll(async () => {
  for (const server of [graph, stranger]) await closeNow(server);
});
beforeEach(() => {
  asked = [];
  strangerAsked = 0;
});

describe('a link to the next page', () => {
  it('is followed when it is one of Graph’s', async () => {
    const answer = await send({ method: 'GET', path: `http://${own}/beta/users?$skiptoken=a%20b` });
    expect(answer.kind).toBe('ok');
    expect(asked).toEqual(['/beta/users?$skiptoken=a%20b']);
  });

  it.each<[string, (own: string, other: string) => string]>([
    ['elsewhere', (_, other) => `http://${other}/beta/users`],
    ['elsewhere, under a name that begins with Graph’s', (own) => `http://${own}.contoso.com/beta/users`],
    ['elsewhere, with Graph’s as a user’s name', (own, other) => `http://${own}@${other}/beta/users`],
    ['elsewhere, without a protocol', (_, other) => `//${other}/beta/users`],
    ['to a file', () => 'file:///etc/hosts'],
    ['nowhere', () => 'users'],
  ])('is not followed %s: the token would go with it', async (_, link) => {
    const answer = await send({ method: 'GET', path: link(own, other) });
    expect(answer.kind).toBe('retry');
    expect([asked, strangerAsked]).toEqual([[], 0]);
  });
});

describe('a request that Graph answers with 401', () => {
  /** A Graph that takes one token, and tokens that change only when they are renewed. */
  async function graphTaking(accepted: string, batch?: object) {
    const seen: string[] = [];
    let renewals = 0;
    const tokens: GraphTokens = {
      current: async () => `token-${renewals}`,
      renew: async () => void renewals++,
    };
    const server = createServer((request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      seen.push(token);
      response.setHeader('content-type', 'application/json').statusCode = token === accepted ? 200 : 401;
      const error = {
        code: 'InvalidAuthenticationToken',
        message: 'Lifetime validation failed, the token is expired.',
      };
      response.end(JSON.stringify(token === accepted ? (batch ?? {}) : { error }));
    });
    const { url } = await listen(server);
    const ask = graphOf(readSettings({ ...leastSettings, GRAPH_BASE_URL: url }), Date.now, tokens);
    return { ask, seen, renewals: () => renewals, close: () => closeNow(server) };
  }

  it.each(['GET', 'POST', 'PATCH'] as const)('is sent again at once with a new token: %s', async (method) => {
    const { ask, seen, close } = await graphTaking('token-1');
    expect(await ask({ method, path: '/users', ...(method === 'GET' ? {} : { body: {} }) })).toMatchObject({
      kind: 'ok',
    });
    expect(seen).toEqual(['token-0', 'token-1']);
    await close();
  });

  it('is a passing failure when the new token is refused too, and is sent twice at most', async () => {
    const { ask, seen, close } = await graphTaking('none');
    expect(await ask({ method: 'GET', path: '/users' })).toMatchObject({
      kind: 'retry',
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
    expect(seen).toHaveLength(2);
    await close();
  });

  it('within a batch renews the token for the next request, and is not sent again with the others', async () => {
    const responses = [
      { id: '0', status: 204 },
      { id: '1', status: 401 },
    ];
    const { ask, seen, renewals, close } = await graphTaking('token-0', { responses });
    expect(await ask({ method: 'POST', path: '/$batch', body: {} })).toMatchObject({ kind: 'ok' });
    expect([seen, renewals()]).toEqual([['token-0'], 1]);
    await close();
  });
});
