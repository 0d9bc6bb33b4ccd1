import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../shared/config.ts';
import { startTelemetry } from '../../../shared/telemetry/start.ts';
import { noTelemetry, type Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { leastSettings } from '../../support/leastSettings.ts';

const start = (environment: Readonly<Record<string, string>>): Promise<Telemetry> =>
  startTelemetry(readSettings({ ...leastSettings, ...environment }), environment);

const insights = { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' };
const collector = 'http://127.0.0.1:9';

describe('telemetry', () => {
  it.each([
    [{}],
    [insights], // which is for the host
    [{ ...insights, TELEMETRY_TO_APPLICATION_INSIGHTS: 'false' }],
    [{ ...insights, TELEMETRY_TO_APPLICATION_INSIGHTS: 'true', OTEL_SDK_DISABLED: 'true' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_SDK_DISABLED: 'true' }],
  ])('is off with %j', async (environment) => {
    expect(await start(environment)).toBe(noTelemetry);
  });

  it.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'])(
    'is on with %s',
    async (name) => {
      const telemetry = await start({ [name]: collector });
      expect(telemetry).not.toBe(noTelemetry);
      await telemetry.stop();
    },
  );

  it('that is off does the work and carries nothing', async () => {
    const start = { name: 'a span', kind: 'internal' } as const;
    expect(await noTelemetry.span(start, async () => noTelemetry.traceParent() ?? 'nothing')).toBe('nothing');
    const failing = noTelemetry.span(start, async () => {
      throw new RangeError('thrown on');
    });
    await expect(failing).rejects.toThrow('thrown on');
  });
});
