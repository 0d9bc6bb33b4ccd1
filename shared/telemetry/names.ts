/** Names of what is measured. They are read by dashboards: one that changes breaks somebody's chart. */

interface Metric {
  readonly name: string;
  /** `counter`: adds up. `histogram`: how values are spread. `gauge`: the last value stands. */
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** In the notation of UCUM, as OpenTelemetry asks for. */
  readonly unit: string;
  readonly description: string;
  /** Bounds of a histogram. */
  readonly bounds?: readonly number[];
}

/** Seconds: from a call that takes no time to what comes near the function timeout. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
/** A message of a large operation waits for hours. */
const LONG_SECONDS = [...SECONDS, 1_800, 3_600, 7_200, 14_400];

/** Every metric of the service. `docs/operations.md` explains them. */
export const metrics = {
  changes: {
    name: 'mfa.changes',
    kind: 'counter',
    unit: '{user}',
    description: 'Users whose part of an operation ended, by outcome',
  },
  chunkDuration: {
    name: 'mfa.chunk.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long a chunk of at most 80 users took to apply',
    bounds: SECONDS,
  },
  queueAge: {
    name: 'mfa.queue.age',
    kind: 'histogram',
    unit: 's',
    description: 'How long a message lay in its queue before work on it began',
    bounds: LONG_SECONDS,
  },
  graphRequests: {
    name: 'mfa.graph.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to Microsoft Graph, those within a batch too, by status',
  },
  graphThrottled: {
    name: 'mfa.graph.throttled',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to Microsoft Graph that were answered 429',
  },
  quotaUsed: {
    name: 'mfa.graph.quota.used',
    kind: 'gauge',
    unit: '1',
    description: 'Part of the quota of writes that all instances together were granted in the present window',
  },
  laneWait: {
    name: 'mfa.lane.wait',
    kind: 'histogram',
    unit: 's',
    description: 'How long a lane waits for the quota before it may write',
    bounds: SECONDS,
  },
  auditFindings: {
    name: 'mfa.audit.findings',
    kind: 'counter',
    unit: '{finding}',
    description: 'What registration sweeps found and recorded, by event',
  },
  users: {
    name: 'mfa.users',
    kind: 'gauge',
    unit: '{user}',
    description: 'Users of the tenant by state and registration, as the last registration sweep saw them',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** Attributes of spans and metrics: OpenTelemetry's own names where there is one. */
export const attributes = {
  functionName: 'faas.name',
  trigger: 'faas.trigger',
  invocationId: 'faas.invocation_id',
  operationId: 'mfa.operation.id',
  outcome: 'mfa.outcome',
  event: 'mfa.event',
  state: 'mfa.state',
  registered: 'mfa.registered',
  batchSize: 'mfa.graph.batch.size',
  batchThrottled: 'mfa.graph.batch.throttled',
  inBatch: 'mfa.graph.in_batch',
  requestMethod: 'http.request.method',
  responseStatus: 'http.response.status_code',
  urlTemplate: 'url.template',
  serverAddress: 'server.address',
  errorType: 'error.type',
  queue: 'messaging.destination.name',
  messagingSystem: 'messaging.system',
  messagingOperation: 'messaging.operation.type',
  messageCount: 'messaging.batch.message_count',
  delivery: 'messaging.servicebus.message.delivery_count',
} as const;
