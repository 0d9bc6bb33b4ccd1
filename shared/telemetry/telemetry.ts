import type { MetricName } from './names.ts';

/** Ids, counts, outcomes. Never a token, a body, or the name or address of a person. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanStart {
  readonly name: string;
  /** `internal`: work of ours. `client`: a request to another service. `producer`: messages that are sent. */
  readonly kind: 'internal' | 'client' | 'producer';
  readonly attributes?: Attributes;
  /** What it is a part of, as a W3C traceparent; without one, the span that is under way. */
  readonly parent?: string;
  /** What else it has to do with, as a W3C traceparent. */
  readonly link?: string;
}

/** A span that is under way. */
export interface Span {
  set(attributes: Attributes): void;
  /** @param errorType a class of errors, never a message: messages may have names in them */
  fail(errorType: string): void;
}

/** Where spans and measurements go. */
export interface Telemetry {
  /** Does work as a span; spans that begin meanwhile are parts of it. What the work throws is thrown on. */
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>;
  /** The span that is under way as a W3C traceparent, for others to go on with; undefined when there is none. */
  traceParent(): string | undefined;
  record(metric: MetricName, value: number, attributes?: Attributes): void;
  /**
   * Sends what was not sent yet, or gives up within 3 seconds: a host does not wait for long. Nothing is recorded
   * afterwards.
   */
  stop(): Promise<void>;
}

const noSpan: Span = { set: () => {}, fail: () => {} };

/** Where no telemetry is wanted: does the work, and nothing else. */
export const noTelemetry: Telemetry = {
  span: (_start, work) => work(noSpan),
  traceParent: () => undefined,
  record: () => {},
  stop: async () => {},
};
