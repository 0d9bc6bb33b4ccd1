import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { graphOf, type SendToGraph } from '../../../shared/graph/graph.ts';
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
