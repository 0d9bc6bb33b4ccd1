import { createServer } from 'node:http';
import { z } from 'zod';
import { closeNow, listen } from './listen.ts';

const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, plain(value)])));

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  kind: z.number(),
  attributes: attributesSchema,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
});
export type CollectedSpan = z.infer<typeof spanSchema>;

const pointSchema = z.object({
  attributes: attributesSchema,
  asInt: z.coerce.number().optional(),
  asDouble: z.number().optional(),
  count: z.coerce.number().optional(),
  sum: z.number().optional(),
});
export type CollectedPoint = z.infer<typeof pointSchema>;

const pointsSchema = z.object({ dataPoints: z.array(pointSchema) });
const metricSchema = z.object({
  name: z.string(),
  unit: z.string(),
  sum: pointsSchema.optional(),
  gauge: pointsSchema.optional(),
  histogram: pointsSchema.optional(),
});
const resourceSchema = z.object({ attributes: attributesSchema });

const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource: resourceSchema, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});
const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({ resource: resourceSchema, scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })) }),
  ),
});

/** A collector on the loopback address, for OTLP over HTTP as JSON. */
export interface Collector {
  readonly url: string;
  /** The settings of an app that sends its traces here without delay. */
  readonly settings: Readonly<Record<string, string>>;
  readonly spans: readonly CollectedSpan[];
  /** The attributes of the sender. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  /** The points of a metric as they were sent last. */
  points(metric: string): readonly CollectedPoint[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const resources: Record<string, unknown>[] = [];
  const latest = new Map<string, readonly CollectedPoint[]>();
  const take = (path: string, body: unknown): void => {
    if (path === '/v1/traces')
      for (const { resource, scopeSpans } of tracesSchema.parse(body).resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
    if (path === '/v1/metrics')
      for (const { resource, scopeMetrics } of metricsSchema.parse(body).resourceMetrics) {
        resources.push(resource.attributes);
        for (const { name, sum, gauge, histogram } of scopeMetrics.flatMap((scope) => scope.metrics))
          latest.set(name, (sum ?? gauge ?? histogram)?.dataPoints ?? []);
      }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  const { url } = await listen(server);
  return {
    url,
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    spans,
    resources,
    points: (metric) => latest.get(metric) ?? [],
    close: () => closeNow(server),
  };
}

/** `{ stringValue: 'x' }` is x; 64-bit integers come as text. */
function plain(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, content] = []] = Object.entries(value);
  return kind === 'intValue' ? Number(content) : content;
}
