const TRACE_PARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The W3C trace context of an invocation: the caller's as it came, or an empty one. The real host puts a span of its
 * own in between, and exports it. This one exports nothing, and a missing span would leave a gap in every trace.
 */
export function callersTraceParent(parent: string | undefined): string {
  return parent !== undefined && TRACE_PARENT.test(parent) ? parent : '';
}
