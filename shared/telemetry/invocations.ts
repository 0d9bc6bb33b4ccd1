import type { FunctionHandler, HttpResponseInit, InvocationContext, PreInvocationContext } from '@azure/functions';
import { metadataOf } from '../triggerMetadata.ts';
import { attributes as a } from './names.ts';
import type { Span, Telemetry } from './telemetry.ts';

/** OpenTelemetry's words for what starts a function. */
const TRIGGERS: Readonly<Record<string, string>> = {
  httpTrigger: 'http',
  serviceBusTrigger: 'pubsub',
  timerTrigger: 'timer',
};

/**
 * A hook that makes every invocation a span in the trace of whoever caused it: the caller of the API, or what sent the
 * message. The span is internal, for the host has one of its own that says what was received and answered.
 */
export function traceInvocations(telemetry: Telemetry): (hook: PreInvocationContext) => void {
  return (hook) => {
    const handler: FunctionHandler = hook.functionHandler;
    hook.functionHandler = (input: unknown, context: InvocationContext) => {
      const { functionName, invocationId, options } = context;
      const attributes = {
        [a.functionName]: functionName,
        [a.trigger]: TRIGGERS[options.trigger.type] ?? 'other',
        [a.invocationId]: invocationId,
        ...(options.trigger.type === 'serviceBusTrigger' && messageAttributes(input, context)),
      };
      const place = placeInTrace(context.traceContext?.traceParent, carriedBy(input, context));
      return telemetry.span({ name: functionName, kind: 'internal', attributes, ...place }, async (span) => {
        const result: unknown = await handler(input, context);
        if (options.trigger.type === 'httpTrigger') describe(result as HttpResponseInit | undefined, span);
        return result;
      });
    };
  };
}

/**
 * What an invocation is a part of: the host's span, as long as that belongs to the trace that came with the message.
 * A host that begins traces of its own is only linked to.
 */
export function placeInTrace(
  host: string | undefined,
  message: string | undefined,
): { readonly parent?: string; readonly link?: string } {
  const hosts = host || undefined; // a host without a span has an empty one
  if (message === undefined || (hosts !== undefined && traceIdOf(hosts) === traceIdOf(message)))
    return { parent: hosts };
  return { parent: message, link: hosts };
}

function traceIdOf(traceParent: string): string | undefined {
  return traceParent.split('-')[1];
}

/** The worker writes the first letter of properties small. */
function carriedBy(input: unknown, context: InvocationContext): string | undefined {
  const properties = (metadataOf(input, context, 'applicationProperties') ?? {}) as Readonly<Record<string, unknown>>;
  const carried = properties.traceparent ?? properties['diagnostic-Id'];
  return typeof carried === 'string' ? carried : undefined;
}

function messageAttributes(body: unknown, context: InvocationContext) {
  const operationId = (body as { readonly operationId?: unknown } | null)?.operationId;
  return {
    [a.delivery]: Number(metadataOf(body, context, 'deliveryCount') ?? 0),
    ...(typeof operationId === 'string' && { [a.operationId]: operationId }),
  };
}

function describe(response: HttpResponseInit | undefined, span: Span): void {
  const status = response?.status ?? 200;
  const operationId = (response?.headers as Readonly<Record<string, unknown>> | undefined)?.['Operation-Id'];
  span.set({ [a.responseStatus]: status, ...(typeof operationId === 'string' && { [a.operationId]: operationId }) });
  if (status >= 500) span.fail(String(status));
}
