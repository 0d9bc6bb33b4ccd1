import type { InvocationContext, ServiceBusQueueHandler } from '@azure/functions';
import type { z } from 'zod';
import { toError, UnprocessableMessageError } from '../errors.ts';
import { fieldOf } from '../fieldOf.ts';
import { logError, logStep } from '../log.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import { keepOrphanedMessage } from '../queues/keepOrphanedMessage.ts';
import { readMessage } from '../queues/messages.ts';
import { queueNames } from '../queues/queues.ts';
import { measureGivenUp } from '../telemetry/measurements.ts';
import { deliveryOf, metadataOf } from '../triggerMetadata.ts';
import { type Dependencies, dependencies } from './dependencies.ts';
import { retryWithinDelivery } from './retryWithinDelivery.ts';

/**
 * A handler for the dead letters of a queue: turns each into failed outcomes. A dead letter without an operation is stored
 * in a table with the reason, so that no message is lost. An error is retried within the delivery; a dead letter has no
 * maximum of deliveries, so without the pauses it would be delivered without an end as fast as the queue can.
 */
export function endDeadLetter<T extends object>(
  queue: string,
  schema: z.ZodType<T>,
  fail: (message: T, reason: DeadLetterReason, deps: Dependencies) => Promise<number>,
): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext) => {
    const startedAt = Date.now();
    const deps = dependencies();
    const { functionName: step } = context;
    const onRetry = (error: Error): void => logError(context, { step, error, startedAt });
    const end = async (retryBudgetMs: number): Promise<void> => {
      const messageId = idOf(body, context);
      try {
        const message = readMessage(schema, body);
        const failed = await fail(message, reasonOf(body, context), { ...deps, retryBudgetMs });
        await deps.queueEvent({ event: 'deadLetter', queue, messageId, ...operationOf(message) });
        logStep(context, { step, ...message, failed, startedAt });
        if (queue !== queueNames.notifications) measureGivenUp(deps.telemetry, failed);
      } catch (thrown) {
        const error = toError(thrown);
        if (!(error instanceof UnprocessableMessageError)) throw error;
        logError(context, { step, error, startedAt });
        await keepOrphanedMessage(deps.open, {
          queue,
          messageId,
          body,
          reason: error.message,
          at: new Date(deps.now()),
        });
        // A dead letter of the queue `events` raises no event: the webhook did not accept the first one either.
        if (queue !== queueNames.events) await deps.queueEvent({ event: 'deadLetter', queue, messageId });
      }
    };
    try {
      await retryWithinDelivery(end, deps, { delivery: deliveryOf(body, context), onRetry });
    } catch (thrown) {
      logError(context, { step, error: toError(thrown), startedAt });
      throw thrown;
    }
  };
}

/** The operation of a message: the webhook gets one event per operation, no matter how many messages are dead letters. */
function operationOf(message: object): { operationId?: string } {
  return 'operationId' in message && typeof message.operationId === 'string'
    ? { operationId: message.operationId }
    : {};
}

/** The id of the message: from its sender, else from its queue, else from this invocation. */
function idOf(body: unknown, context: InvocationContext): string {
  const messageId = metadataOf(body, context, 'messageId');
  if (messageId !== undefined) return String(messageId);
  const sequenceNumber = metadataOf(body, context, 'sequenceNumber');
  return sequenceNumber === undefined ? context.invocationId : `number ${sequenceNumber}`;
}

function reasonOf(body: unknown, context: InvocationContext): DeadLetterReason {
  const properties = metadataOf(body, context, 'applicationProperties');
  const reason = String(
    fieldOf(properties, 'deadLetterReason') ?? fieldOf(properties, 'DeadLetterReason') ?? 'unknown reason',
  );
  return {
    code: 'deadLettered',
    message: `The service stopped after too many attempts (${reason.slice(0, 200)}). Its log shows why each attempt failed. Retry the operation.`,
  };
}
