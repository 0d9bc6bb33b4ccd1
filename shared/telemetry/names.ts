/** The names of the metrics. Dashboards query them, so a changed name breaks a chart. */

interface Metric {
  readonly name: string;
  /** `counter`: a sum. `histogram`: a distribution. `gauge`: the last value. */
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** In UCUM notation, which OpenTelemetry requires. */
  readonly unit: string;
  readonly description: string;
  /** Bounds of a histogram. */
  readonly bounds?: readonly number[];
}

/** Seconds: from a short call to almost the function timeout. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
/** Messages of a large operation wait for hours. */
const LONG_SECONDS = [...SECONDS, 1_800, 3_600, 7_200, 14_400];

/** Every metric of the service. `docs/operations.md` explains them. */
export const metrics = {
  changes: {
    name: 'mfa.changes',
    kind: 'counter',
    unit: '{user}',
    description: 'Users with a final outcome, by outcome',
  },
  chunkDuration: {
    name: 'mfa.chunk.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time to apply a chunk of at most 80 users',
    bounds: SECONDS,
  },
  queueAge: {
    name: 'mfa.queue.age',
    kind: 'histogram',
    unit: 's',
    description: 'Time that a message waited in its queue before it was processed',
    bounds: LONG_SECONDS,
  },
  graphRequests: {
    name: 'mfa.graph.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to Microsoft Graph, including those in a batch, by status',
  },
  graphThrottled: {
    name: 'mfa.graph.throttled',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to Microsoft Graph with the answer 429',
  },
  quotaUsed: {
    name: 'mfa.graph.quota.used',
    kind: 'gauge',
    unit: '1',
    description: 'Part of the write quota that all instances together were granted in the current window',
  },
  laneWait: {
    name: 'mfa.lane.wait',
    kind: 'histogram',
    unit: 's',
    description: 'Time that a lane waits for the quota before it may write',
    bounds: SECONDS,
  },
  auditFindings: {
    name: 'mfa.audit.findings',
    kind: 'counter',
    unit: '{finding}',
    description: 'New audit entries of registration sweeps, by event',
  },
  users: {
    name: 'mfa.users',
    kind: 'gauge',
    unit: '{user}',
    description: 'Users of the tenant by state and registration, as of the last registration sweep',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** Attributes of spans and metrics: OpenTelemetry's names, where they exist. */
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
