import type { AzureMonitorExporterOptions } from '@azure/monitor-opentelemetry-exporter';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface Destinations {
  /** The encoding. The exporters read address and headers from `OTEL_EXPORTER_OTLP_…`. */
  readonly otlp: 'http/protobuf' | 'http/json' | undefined;
  readonly insights: AzureMonitorExporterOptions | undefined;
}

export interface Exporters {
  readonly spans: readonly SpanExporter[];
  readonly metrics: readonly PushMetricExporter[];
}

/** The exporters to each destination. The packages are loaded only when they are needed. */
export async function exportersTo({ otlp, insights }: Destinations): Promise<Exporters> {
  const spans: SpanExporter[] = [];
  const metrics: PushMetricExporter[] = [];
  if (otlp !== undefined) {
    const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await (otlp === 'http/json'
      ? Promise.all([
          import('@opentelemetry/exporter-trace-otlp-http'),
          import('@opentelemetry/exporter-metrics-otlp-http'),
        ])
      : Promise.all([
          import('@opentelemetry/exporter-trace-otlp-proto'),
          import('@opentelemetry/exporter-metrics-otlp-proto'),
        ]));
    spans.push(new OTLPTraceExporter());
    metrics.push(new OTLPMetricExporter());
  }
  if (insights !== undefined) {
    const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } = await import(
      '@azure/monitor-opentelemetry-exporter'
    );
    // Unsent telemetry is not kept on disk: the disk of an instance disappears with the instance.
    const options = { ...insights, disableOfflineStorage: true };
    spans.push(new AzureMonitorTraceExporter(options));
    metrics.push(new AzureMonitorMetricExporter(options));
  }
  return { spans, metrics };
}
