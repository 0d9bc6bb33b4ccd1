const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The W3C trace context of an invocation: a new span in the trace of the caller, or in a trace of its own.
 * @param randomHex gives that many random hexadecimal digits
 */
export function childTraceParent(parent: string | undefined, randomHex: (digits: number) => string): string {
  const [, traceId, flags] = TRACE_PARENT.exec(parent ?? '') ?? [];
  return `00-${traceId ?? randomHex(32)}-${randomHex(16)}-${flags ?? '00'}`;
}
