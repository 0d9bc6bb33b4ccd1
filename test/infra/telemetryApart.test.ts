import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as openTelemetryModule from '../../shared/telemetry/openTelemetry.ts';
import type { OpenTelemetryOptions } from '../../shared/telemetry/openTelemetry.ts';
import { closeNow, listen } from '../support/listen.ts';
import { NOT_HOSTED } from '../support/notHosted.ts';
import { waitUntil } from '../support/waitUntil.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

const settings = {
  AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  API_AUTH: 'development',
  TENANT_ID: '11111111-2222-4333-8444-555555555555',
  ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=x;SharedAccessKey=x;UseDevelopmentEmulator=true',
  TablesConnection: 'UseDevelopmentStorage=true',
};

describe('the app in a folder without the file for telemetry', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'apart-'));
    mkdirSync(join(folder, 'dist'));
    copyFileSync(join(dist, 'app.cjs'), join(folder, 'dist', 'app.cjs'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'apart', main: 'dist/app.cjs' }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Loads the app as a worker does: how many functions it has then, and what it complained of. */
  function load(environment: Readonly<Record<string, string>>): { functions: number; complaints: string } {
    const script = join(dist, 'bench', 'measure', 'main.js');
    const { stdout, stderr } = spawnSync(process.execPath, [script, 'register', folder], {
      env: { ...process.env, ...NOT_HOSTED, ...settings, ...environment },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { functions: JSON.parse(stdout).functions, complaints: stderr };
  }

  it('starts without telemetry, for nothing of OpenTelemetry is in it', () => {
    const { functions, complaints } = load({ APPLICATIONINSIGHTS_CONNECTION_STRING: 'for the host' });
    expect(functions).toBeGreaterThan(20);
    expect(complaints).toBe('');
    const app = readFileSync(join(dist, 'app.cjs'), 'utf8');
    expect(app).not.toMatch(/node_modules\/@opentelemetry\/|node_modules\/@azure\/monitor-opentelemetry/);
  });

  it('starts all the same when telemetry is wanted and cannot be had', () => {
    const { functions, complaints } = load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(functions).toBeGreaterThan(20);
    expect(complaints).toMatch(/Telemetry is off.*telemetry\.cjs/);
  });
});

describe('the file for telemetry', () => {
  let openTelemetry: (typeof openTelemetryModule)['openTelemetry'];
  const bodies: { path: string; type: string; text: string }[] = [];
  const problems: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('latin1');
      bodies.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', text });
      // Empty is how a collector says that it took all; Application Insights counts.
      const isOtlp = request.url?.startsWith('/v1/');
      response.end(isOtlp ? '' : JSON.stringify({ itemsReceived: 1, itemsAccepted: 1, errors: [] }));
    });
  });
  let url: string;

  beforeAll(async () => {
    ({ openTelemetry } = createRequire(import.meta.url)(join(dist, 'telemetry.cjs')));
    ({ url } = await listen(server));
    process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  });
  afterAll(async () => {
    delete process.env.APPLICATION_INSIGHTS_NO_STATSBEAT;
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await closeNow(server);
  });

  /** Records a span and a metric, and stops: what was not sent yet is sent then. */
  async function recordOne(destinations: Pick<openTelemetryModule.OpenTelemetryOptions, 'otlp' | 'insights'>) {
    const telemetry = await openTelemetry({
      ...destinations,
      metricsEveryMs: 60_000,
      environment: {},
      complain: (problem) => problems.push(problem),
    });
    await telemetry.span({ name: 'a span', kind: 'client', attributes: { 'mfa.outcome': 'well' } }, async () => {
      telemetry.record('changes', 7, { 'mfa.outcome': 'applied' });
    });
    const failing = telemetry.span({ name: 'another span', kind: 'internal' }, async () => {
      throw new RangeError('alice@contoso.com is out of range');
    });
    await expect(failing).rejects.toThrow(RangeError);
    await telemetry.stop();
  }
  /** The exporter requires TLS, which the test server does not support. */
  const withoutTls: NonNullable<NonNullable<OpenTelemetryOptions['insights']>['httpClient']> = {
    async sendRequest(request) {
      const { method, headers, body } = request;
      const { pathname } = new URL(request.url);
      const sent = { method, headers: Object.fromEntries(headers), body: body as string };
      const response = await fetch(`${url}${pathname}`, sent);
      return { request, status: response.status, headers, bodyAsText: await response.text() };
    },
  };
  const sentTo = (path: string) =>
    waitUntil(() => bodies.find((body) => body.path.startsWith(path) || undefined), `something is sent to ${path}`);

  it('sends the binary encoding of OTLP, which is its default', async () => {
    await recordOne({ otlp: 'http/protobuf', insights: undefined });
    for (const [path, name] of Object.entries({ '/v1/traces': 'a span', '/v1/metrics': 'mfa.changes' })) {
      const { type, text } = await sentTo(path);
      expect(type).toBe('application/x-protobuf');
      expect(text).toContain(name);
    }
  });

  it('sends to Application Insights', async () => {
    const connectionString =
      'InstrumentationKey=11111111-2222-4333-8444-555555555555;IngestionEndpoint=https://insights';
    await recordOne({ otlp: undefined, insights: { connectionString, httpClient: withoutTls } });
    await waitUntil(
      () => bodies.filter(({ path }) => path.includes('/track')).length >= 2,
      'spans and metrics are sent',
    );
    const tracked = bodies.filter(({ path }) => path.includes('/track')).map(({ text }) => text);
    expect(tracked.join()).toContain('"a span"');
    expect(tracked.join()).toContain('"mfa.changes"');
  });

  it('names the class of an error, and not its message', () => {
    const sent = bodies.map(({ text }) => text).join();
    expect(sent).toContain('RangeError');
    expect(sent).not.toContain('alice');
  });

  it('has nothing to complain of', () => {
    expect(problems).toEqual([]);
  });
});
