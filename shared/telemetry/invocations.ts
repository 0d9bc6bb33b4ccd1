import type { FunctionHandler, InvocationContext, PreInvocationContext } from '@azure/functions';
import { fieldOf } from '../fieldOf.ts';
import { metadataOf } from '../triggerMetadata.ts';
import { attributes as a } from './names.ts';
import type { Span, Telemetry } from './telemetry.ts';

/** OpenTelemetry's names of the triggers. */
const TRIGGERS: Readonly<Record<string, string>> = {
  httpTrigger: 'http',
  serviceBusTrigger: 'pubsub',
  timerTrigger: 'timer',
};

/**
 * A hook that makes every invocation a span in the trace of its cause: the caller of the API, or the sender of the
 * message. The span is internal, because the host's own span describes the request and the answer.
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
        if (options.trigger.type === 'httpTrigger') describe(result, span);
        return result;
      });
    };
  };
}

/**
 * The parent of an invocation's span: the host's span, if it belongs to the trace of the message. If the host begins its
 * own trace, the host's span is only a link.
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

/** The traceparent of the message. The worker writes the first letter of property names in lower case. */
function carriedBy(input: unknown, context: InvocationContext): string | undefined {
  const properties = metadataOf(input, context, 'applicationProperties');
  const carried = fieldOf(properties, 'traceparent') ?? fieldOf(properties, 'diagnostic-Id');
  return typeof carried === 'string' ? carried : undefined;
}

function messageAttributes(body: unknown, context: InvocationContext) {
  const operationId = fieldOf(body, 'operationId');
  return {
    [a.delivery]: Number(metadataOf(body, context, 'deliveryCount') ?? 0),
    ...(typeof operationId === 'string' && { [a.operationId]: operationId }),
  };
}

function describe(response: unknown, span: Span): void {
  const given = fieldOf(response, 'status');
  const status = typeof given === 'number' ? given : 200;
  const operationId = fieldOf(fieldOf(response, 'headers'), 'Operation-Id');
  span.set({ [a.responseStatus]: status, ...(typeof operationId === 'string' && { [a.operationId]: operationId }) });
  if (status >= 500) span.fail(String(status));
}
