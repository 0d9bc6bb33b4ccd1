import type { MetricName } from './names.ts';

/** Ids, counts, outcomes. Never a token, a body, or the name or address of a person. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanStart {
  readonly name: string;
  /** `internal`: work of ours. `client`: a request to another service. `producer`: messages that are sent. */
  readonly kind: 'internal' | 'client' | 'producer';
  readonly attributes?: Attributes;
  /** The parent as a W3C traceparent; the current span by default. */
  readonly parent?: string;
  /** A related span as a W3C traceparent. */
  readonly link?: string;
}

/** A span that is under way. */
export interface Span {
  set(attributes: Attributes): void;
  /** @param errorType a class of errors, never a message: messages may have names in them */
  fail(errorType: string): void;
}

/** Records spans and measurements. */
export interface Telemetry {
  /** Does work within a span. Spans that begin meanwhile are its children. Errors of the work are rethrown. */
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>;
  /** The current span as a W3C traceparent, to pass on; undefined outside of a span. */
  traceParent(): string | undefined;
  record(metric: MetricName, value: number, attributes?: Attributes): void;
  /**
   * Sends the remaining telemetry, or gives up within 3 seconds, because a host does not wait long. Nothing is recorded
   * afterwards.
   */
  stop(): Promise<void>;
}

const noSpan: Span = { set: () => {}, fail: () => {} };

/** For an app without telemetry: only does the work. */
export const noTelemetry: Telemetry = {
  span: (_start, work) => work(noSpan),
  traceParent: () => undefined,
  record: () => {},
  stop: async () => {},
};
