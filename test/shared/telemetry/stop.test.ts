import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { startTelemetry } from '../../../shared/telemetry/start.ts';

/** From its word to end until the real host kills a worker. */
const HOST_KILLS_AFTER_MS = 5_000;

const least = {
  TENANT_ID: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  API_AUDIENCE: 'api://per-user-mfa',
  ServiceBusConnection__fullyQualifiedNamespace: 'contoso.servicebus.windows.net',
  TablesConnection__tableServiceUri: 'https://contoso.table.core.windows.net',
};

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

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes connections, and requests, and never says a word. */
async function hanging(): Promise<string> {
  const server = createTcpServer((socket) => socket.resume().on('error', () => {}));
  servers.push(server);
  return listen(server);
}

/** Nothing listens there any more. */
async function refusing(): Promise<string> {
  const server = createTcpServer();
  const url = await listen(server);
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
  return listen(server);
}

const toCollector = (url: string, protocol: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
});
const toInsights = (url: string) => ({
  TELEMETRY_TO_APPLICATION_INSIGHTS: 'true',
  APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d;IngestionEndpoint=${url}`,
});

/** Records something of each kind, and stops. @returns how long stopping took, in milliseconds */
async function recordAndStop(destination: Readonly<Record<string, string>>): Promise<number> {
  for (const [name, value] of Object.entries(destination)) vi.stubEnv(name, value);
  const telemetry = await startTelemetry(readSettings({ ...least, ...destination }), { ...destination });
  await telemetry.span({ name: 'a span', kind: 'internal' }, async () => {});
  telemetry.record('changes', 1);
  const startedMs = performance.now();
  await telemetry.stop();
  return performance.now() - startedMs;
}

const protobuf = (url: string) => toCollector(url, 'http/protobuf');
const json = (url: string) => toCollector(url, 'http/json');

describe('telemetry that is stopped', () => {
  it.each([protobuf, json])('is all sent when who collects it takes its time', async (to) => {
    await recordAndStop(to(await answering(300)));
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
      expect(await recordAndStop(to(await where()))).toBeLessThan(HOST_KILLS_AFTER_MS);
      expect(lines.filter((line) => line.includes('the collector is slow or unavailable'))).toHaveLength(1);
    },
  );
});
