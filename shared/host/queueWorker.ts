import type { InvocationContext, ServiceBusQueueHandler } from '@azure/functions';
import type { z } from 'zod';
import { toError } from '../errors.ts';
import { logError, logStep } from '../log.ts';
import { readMessage } from '../queues/messages.ts';
import { measureMessage } from '../telemetry/measurements.ts';
import { deliveryOf, metadataOf } from '../triggerMetadata.ts';
import { type Dependencies, dependencies } from './dependencies.ts';
import { retryWithinDelivery } from './retryWithinDelivery.ts';

/**
 * A handler of queue messages. An error is retried within the delivery, so that a short outage fails nothing. When the
 * handler returns, the message is completed; when it throws, the message is delivered again at once, and becomes a dead
 * letter after the queue's maximum of deliveries.
 * @param isExpress whether a message of this session belongs to an express operation
 */
export function work<T extends object>(
  schema: z.ZodType<T>,
  handle: (message: T, deps: Dependencies) => Promise<object>,
  isExpress: (session: string) => boolean = () => false,
): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext) => {
    const startedAt = Date.now();
    const delivery = deliveryOf(body, context);
    try {
      const message = readMessage(schema, body);
      const deps = dependencies();
      const queued = queueTime(body, context, startedAt);
      const step = context.functionName;
      const onRetry = (error: Error): void => logError(context, { step, ...message, delivery, error, startedAt });
      const session = String(metadataOf(body, context, 'sessionId') ?? '');
      const summary = await deps.expressFirst.run(isExpress(session), () =>
        retryWithinDelivery((retryBudgetMs) => handle(message, { ...deps, retryBudgetMs }), deps, {
          delivery,
          onRetry,
        }),
      );
      logStep(context, { step, ...message, delivery, ...queued, ...summary, startedAt });
      measureMessage(deps.telemetry, { step, ...queued, ms: Date.now() - startedAt, summary });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step: context.functionName, delivery, error, startedAt });
      throw error;
    }
  };
}

/** How long the message was in its queue before this delivery; empty when the host does not pass the enqueued time. */
function queueTime(body: unknown, context: InvocationContext, startedAt: number): { queuedMs?: number } {
  // Not enqueuedTimeUtc: it has no time zone, so Date.parse would read it as a local time.
  const enqueuedAt = Date.parse(String(metadataOf(body, context, 'enqueuedTime')));
  return Number.isNaN(enqueuedAt) ? {} : { queuedMs: Math.max(0, startedAt - enqueuedAt) };
}
