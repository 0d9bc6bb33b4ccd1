import type { InvocationContext, ServiceBusQueueHandler } from '@azure/functions';
import type { z } from 'zod';
import { toError } from '../errors.ts';
import { logError, logStep } from '../log.ts';
import { readMessage } from '../queues/messages.ts';
import { measureMessage } from '../telemetry/measurements.ts';
import { metadataOf } from '../triggerMetadata.ts';
import { type Dependencies, dependencies } from './dependencies.ts';

/**
 * A handler of queue messages. Returning completes the message; throwing gives it back, to be delivered again at once,
 * and after the queue's maximum of deliveries it is a dead letter.
 */
export function work<T extends object>(
  schema: z.ZodType<T>,
  handle: (message: T, deps: Dependencies) => Promise<object>,
): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext) => {
    const startedAt = Date.now();
    const delivery = deliveryOf(body, context);
    try {
      const message = readMessage(schema, body);
      const deps = dependencies();
      const lay = waited(body, context, startedAt);
      const summary = await handle(message, deps);
      const step = context.functionName;
      logStep(context, { step, ...message, delivery, ...lay, ...summary, startedAt });
      measureMessage(deps.telemetry, { step, ...lay, ms: Date.now() - startedAt, summary });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step: context.functionName, delivery, error, startedAt });
      throw error;
    }
  };
}

/** Which delivery of its message this is: 1 for the first, 0 when the host does not say. */
function deliveryOf(body: unknown, context: InvocationContext): number {
  return Number(metadataOf(body, context, 'deliveryCount') ?? 0);
}

/** How long the message lay in its queue before this delivery began, when the host says since when it was there. */
function waited(body: unknown, context: InvocationContext, startedAt: number): { queuedMs?: number } {
  // Not enqueuedTimeUtc: the host leaves its zone out, and Date.parse would take it for a local time.
  const enqueuedAt = Date.parse(String(metadataOf(body, context, 'enqueuedTime')));
  return Number.isNaN(enqueuedAt) ? {} : { queuedMs: Math.max(0, startedAt - enqueuedAt) };
}
