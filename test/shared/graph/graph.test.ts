import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { graphOf, type SendToGraph } from '../../../shared/graph/graph.ts';

let graph: Server;
let stranger: Server;
let send: SendToGraph;
let asked: string[];
let strangerAsked: number;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  graph = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{}');
  });
  stranger = createServer((_, response) => {
    strangerAsked++;
    response.end('{}');
  });
  send = graphOf(
    readSettings({
      TENANT_ID: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
      API_AUDIENCE: 'api://per-user-mfa',
      GRAPH_BASE_URL: await listen(graph),
      ServiceBusConnection__fullyQualifiedNamespace: 'contoso.servicebus.windows.net',
      TablesConnection__tableServiceUri: 'https://contoso.table.core.windows.net',
    }),
    Date.now,
  );
  await listen(stranger);
});
afterAll(async () => {
  for (const server of [graph, stranger]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
beforeEach(() => {
  asked = [];
  strangerAsked = 0;
});

const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('a link to the next page', () => {
  it('is followed when it is one of Graph’s', async () => {
    const answer = await send({ method: 'GET', path: `http://${addressOf(graph)}/beta/users?$skiptoken=a%20b` });
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
    const answer = await send({ method: 'GET', path: link(addressOf(graph), addressOf(stranger)) });
    expect(answer.kind).toBe('retry');
    expect([asked, strangerAsked]).toEqual([[], 0]);
  });
});
