import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { graphOf, type SendToGraph } from '../../../shared/graph/graph.ts';
import { loggedGraph } from '../../../shared/graph/loggedGraph.ts';
import { leastSettings } from '../../support/leastSettings.ts';
import { closeNow, listen } from '../../support/listen.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

/** A Graph that answers with the statuses in turn, and is away after that. */
async function graph(lines: string[], now: () => number, statuses: readonly number[]): Promise<SendToGraph> {
  const left = [...statuses];
  const server = createServer((request, response) => {
    const status = left.shift();
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"error":{"code":"itIsSo"}}');
  });
  const { url } = await listen(server);
  undo.push(() => closeNow(server));
  const settings = readSettings({
    ...leastSettings,
    GRAPH_BASE_URL: url,
  });
  return loggedGraph(graphOf(settings, now), (line) => lines.push(line), now);
}

const request = { method: 'GET', path: '/users/alice@contoso.com/authentication/requirements' } as const;

it('an unavailable Graph is logged with the cause, without the user, once a minute', async () => {
  const lines: string[] = [];
  let now = 0;
  const send = await graph(lines, () => now, []);
  for (now of [0, 1_000, 59_000]) expect(await send(request)).toMatchObject({ kind: 'retry', code: 'noConnection' });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      step: 'graph',
      method: 'GET',
      route: '/users/{id}/authentication/requirements',
      status: 0,
      code: 'noConnection',
      error: expect.stringMatching(/fetch failed.*because .*(other side closed|ECONNRESET|socket hang up)/),
    },
  ]);
  now = 61_000;
  await send(request);
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain('alice');
});

it('a failure of Graph is logged with its code; throttling and refusals are not logged', async () => {
  const lines: string[] = [];
  const send = await graph(lines, () => 0, [200, 404, 429, 503]);
  for (const _ of [200, 404, 429, 503]) await send(request);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ step: 'graph', status: 503, code: 'itIsSo' }),
  ]);
});
