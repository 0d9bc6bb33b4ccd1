import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { startTelemetry } from '../../../shared/telemetry/start.ts';
import { leastSettings } from '../../support/leastSettings.ts';
import { listen } from '../../support/listen.ts';

/** From its word to end until the real host kills a worker. */
const HOST_KILLS_AFTER_MS = 5_000;

const servers: Server[] = [];
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((line) => lines.push(String(line)));
  vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', 'true'); // which would be sent elsewhere
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

/** Takes connections, and requests, and never says a word. */
async function hanging(): Promise<string> {
  const server = createTcpServer((socket) => socket.resume().on('error', () => {}));
  servers.push(server);
  return (await listen(server)).url;
}

/** The server no longer listens there. */
async function refusing(): Promise<string> {
  const server = createTcpServer();
  const { url } = await listen(server);
  server.close();
  await once(server, 'close');
  return url;
}

const received: string[] = [];
async function answering(afterMs: number): Promise<string> {
  received.length = 0;
  const answer: RequestListener = (request, response) => {
    request.resume().on('end', () => {
      setTimeout(() => {
        received.push(request.url ?? '');
        response
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(request.headers['content-type'] === 'application/json' ? '{}' : '');
      }, afterMs);
    });
  };
  const server = createServer(answer);
  servers.push(server);
  return (await listen(server)).url;
}

const toCollector = (url: string, protocol: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
});
const toInsights = (url: string) => ({
  TELEMETRY_TO_APPLICATION_INSIGHTS: 'true',
  APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d;IngestionEndpoint=${url}`,
});

/** Records something of each kind, and stops. @returns which came first: the end, or the host that kills the worker */
async function recordAndStop(destination: Readonly<Record<string, string>>): Promise<'stopped' | 'killed'> {
  for (const [name, value] of Object.entries(destination)) vi.stubEnv(name, value);
  const telemetry = await startTelemetry(readSettings({ ...leastSettings, ...destination }), { ...destination });
  await telemetry.span({ name: 'a span', kind: 'internal' }, async () => {});
  telemetry.record('changes', 1);
  // Two timers of one process run out in their order, however busy the machine is.
  const killed = delay(HOST_KILLS_AFTER_MS, 'killed' as const, { ref: false });
  return Promise.race([telemetry.stop().then(() => 'stopped' as const), killed]);
}

const protobuf = (url: string) => toCollector(url, 'http/protobuf');
const json = (url: string) => toCollector(url, 'http/json');

describe('telemetry that is stopped', () => {
  it.each([protobuf, json])('is all sent when who collects it takes its time', async (to) => {
    expect(await recordAndStop(to(await answering(300)))).toBe('stopped');
    expect(received.sort()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(lines.filter((line) => line.includes('is dropped'))).toEqual([]);
  });

  it.each([
    ['OTLP as protobuf', 'hangs', protobuf, hanging],
    ['OTLP as protobuf', 'refuses connections', protobuf, refusing],
    ['OTLP as JSON', 'answers too late', json, () => answering(20_000)],
    ['Application Insights', 'hangs', toInsights, hanging],
    ['Application Insights', 'refuses connections', toInsights, refusing],
  ])(
    'by %s gives up before the host kills the worker, and says so in one line, when who collects it %s',
    async (_destination, _how, to, where) => {
      expect(await recordAndStop(to(await where()))).toBe('stopped');
      expect(lines.filter((line) => line.includes('the collector is slow or unavailable'))).toHaveLength(1);
    },
  );
});
