import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
  type Context,
  DiagLogLevel,
  diag,
  type Link,
  type Meter,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, TRACE_PARENT_HEADER, W3CTraceContextPropagator } from '@opentelemetry/core';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describeError } from '../describeError.ts';
import { fieldOf } from '../fieldOf.ts';
import { type Destinations, exportersTo } from './exporters.ts';
import { type MetricName, metrics } from './names.ts';
import { samplerOf } from './sampler.ts';
import type { Attributes, Span, SpanStart, Telemetry } from './telemetry.ts';

/** The instrumentation scope of spans and metrics. */
const SCOPE = 'per-user-mfa';

/**
 * How long the last spans and metrics may take to be sent when the app stops. The exporters try for 10 seconds and
 * more, but the host kills a worker 5 seconds after the request to stop.
 */
const STOP_WITHIN_MS = 3_000;

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER } as const;

export interface OpenTelemetryOptions extends Destinations {
  readonly metricsEveryMs: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Receives the problems of the SDK, such as a collector that is unavailable. */
  readonly complain: (problem: string) => void;
}

/**
 * Telemetry with OpenTelemetry's SDK. Nothing is registered globally, so only this service's own telemetry is recorded.
 * @throws Error when the settings of an exporter are wrong
 */
export async function openTelemetry(options: OpenTelemetryOptions): Promise<Telemetry> {
  const resource = resourceOf(options.environment);
  const exporters = await exportersTo(options);
  const tracerProvider = new BasicTracerProvider({
    resource,
    sampler: samplerOf(options.environment, options.complain),
    spanProcessors: exporters.spans.map((exporter) => new BatchSpanProcessor(exporter)),
  });
  const meterProvider = new MeterProvider({
    resource,
    readers: exporters.metrics.map(
      (exporter) =>
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: options.metricsEveryMs,
          exportTimeoutMillis: Math.min(30_000, options.metricsEveryMs),
        }),
    ),
  });
  complainOnce(options.complain); // after the providers: the SDK warns about sampler names that only the host knows
  const tracer = tracerProvider.getTracer(SCOPE);
  const record = recorders(meterProvider.getMeter(SCOPE));
  const underWay = new AsyncLocalStorage<Context>();
  const contextNow = (): Context => underWay.getStore() ?? ROOT_CONTEXT;

  return {
    async span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T> {
      const context = start.parent === undefined ? contextNow() : within(start.parent);
      const { name, attributes } = start;
      const span = tracer.startSpan(name, { kind: KINDS[start.kind], attributes, links: linksOf(start.link) }, context);
      try {
        return await underWay.run(trace.setSpan(context, span), () => work(handleOf(span)));
      } catch (thrown) {
        handleOf(span).fail(thrown instanceof Error ? thrown.name : 'Error');
        throw thrown;
      } finally {
        span.end();
      }
    },
    traceParent: () => {
      const carrier: Record<string, string> = {};
      new W3CTraceContextPropagator().inject(contextNow(), carrier, {
        set: (target, key, value) => {
          target[key] = value;
        },
      });
      return carrier[TRACE_PARENT_HEADER];
    },
    record: (metric, value, attributes) => record[metric](value, attributes),
    stop: async () => {
      if (await endsWithin([tracerProvider.shutdown(), meterProvider.shutdown()], STOP_WITHIN_MS)) return;
      options.complain(
        `The app stops. Telemetry that was not sent within ${STOP_WITHIN_MS / 1000} s is dropped, because the collector is slow or unavailable.`,
      );
      diag.disable(); // later problems of the exporters can no longer be logged
    },
  };
}

/** Whether all work ended within the limit, with or without an error. */
async function endsWithin(work: readonly Promise<unknown>[], limitMs: number): Promise<boolean> {
  let limit: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    limit = setTimeout(() => resolve(false), limitMs);
  });
  const ended = Promise.allSettled(work).then(() => true as const);
  return Promise.race([ended, tooLate]).finally(() => clearTimeout(limit));
}

function handleOf(span: SdkSpan): Span {
  return {
    set: (attributes) => {
      span.setAttributes({ ...attributes });
    },
    fail: (errorType) => {
      span.setAttributes({ 'error.type': errorType });
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

function within(traceParent: string): Context {
  const parent = parseTraceParent(traceParent);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

function linksOf(traceParent: string | undefined): Link[] {
  const context = traceParent === undefined ? null : parseTraceParent(traceParent);
  return context === null ? [] : [{ context }];
}

/** One instrument for each metric. An instrument without values is not exported. */
function recorders(meter: Meter): Record<MetricName, (value: number, attributes?: Attributes) => void> {
  const made = Object.entries(metrics).map(([key, metric]) => {
    const { name, unit, description } = metric;
    if (metric.kind === 'counter') {
      const counter = meter.createCounter(name, { unit, description });
      return [key, (value: number, attributes?: Attributes) => counter.add(value, attributes)];
    }
    if (metric.kind === 'gauge') {
      const gauge = meter.createGauge(name, { unit, description });
      return [key, (value: number, attributes?: Attributes) => gauge.record(value, attributes)];
    }
    const advice = { explicitBucketBoundaries: [...metric.bounds] };
    const histogram = meter.createHistogram(name, { unit, description, advice });
    return [key, (value: number, attributes?: Attributes) => histogram.record(value, attributes)];
  });
  return Object.fromEntries(made);
}

/**
 * The sender of the telemetry. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win. The host uses the name of the
 * site, so host and app are one service on an application map. Each instance has its own id, because counters are per
 * instance.
 */
function resourceOf(environment: OpenTelemetryOptions['environment']): Resource {
  return resourceFromAttributes({
    'service.name': environment.WEBSITE_SITE_NAME ?? 'per-user-mfa',
    'service.instance.id': environment.WEBSITE_INSTANCE_ID ?? randomUUID(),
  }).merge(detectResources({ detectors: [envDetector] }));
}

/** Reports each problem once: while a collector is unavailable, every export fails. */
function complainOnce(complain: (problem: string) => void): void {
  const told = new Set<string>();
  const tell = (message: string, ...more: unknown[]): void => {
    const problem = [message, ...more].map(readable).join(' ');
    if (told.has(problem) || told.size >= 100) return;
    told.add(problem);
    complain(problem);
  };
  const ignore = (): void => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** The SDK passes errors as they are, or as JSON of their fields. */
function readable(part: unknown): string {
  if (part instanceof Error) return describeError(part);
  const text = String(part);
  if (!text.startsWith('{')) return text;
  try {
    const message = fieldOf(JSON.parse(text), 'message');
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
