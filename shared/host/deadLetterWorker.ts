import type { InvocationContext, ServiceBusQueueHandler } from '@azure/functions';
import type { z } from 'zod';
import { toError, UnprocessableMessageError } from '../errors.ts';
import { logError, logStep } from '../log.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import { keepOrphanedMessage } from '../queues/keepOrphanedMessage.ts';
import { readMessage } from '../queues/messages.ts';
import { queueNames } from '../queues/queues.ts';
import { measureGivenUp } from '../telemetry/measurements.ts';
import { metadataOf } from '../triggerMetadata.ts';
import { type Dependencies, dependencies } from './dependencies.ts';

/**
 * A handler of the dead letters of a queue: turns each into failed outcomes. One that belongs to no operation is kept in
 * a table, with the reason, so that nothing disappears.
 */
export function endDeadLetter<T extends object>(
  queue: string,
  schema: z.ZodType<T>,
  fail: (message: T, reason: DeadLetterReason, deps: Dependencies) => Promise<number>,
): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext) => {
    const startedAt = Date.now();
    const deps = dependencies();
    const messageId = idOf(body, context);
    try {
      const message = readMessage(schema, body);
      const failed = await fail(message, reasonOf(body, context), deps);
      logStep(context, { step: context.functionName, ...message, failed, startedAt });
      if (queue !== queueNames.notifications) measureGivenUp(deps.telemetry, failed);
      await deps.queueEvent({ event: 'deadLetter', queue, messageId, ...operationOf(message) });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step: context.functionName, error, startedAt });
      if (!(error instanceof UnprocessableMessageError)) throw error;
      await keepOrphanedMessage(deps.open, { queue, messageId, body, reason: error.message, at: new Date(deps.now()) });
      // That the webhook could not be told is nothing to tell the webhook.
      if (queue !== queueNames.events) await deps.queueEvent({ event: 'deadLetter', queue, messageId });
    }
  };
}

/** The operation that a message belongs to: the webhook is told once of each, however many of its messages are given up. */
function operationOf(message: object): { operationId?: string } {
  return 'operationId' in message && typeof message.operationId === 'string'
    ? { operationId: message.operationId }
    : {};
}

/** What the message is called: by its sender, else by its queue, else by this invocation. */
function idOf(body: unknown, context: InvocationContext): string {
  const messageId = metadataOf(body, context, 'messageId');
  if (messageId !== undefined) return String(messageId);
  const sequenceNumber = metadataOf(body, context, 'sequenceNumber');
  return sequenceNumber === undefined ? context.invocationId : `number ${sequenceNumber}`;
}

function reasonOf(body: unknown, context: InvocationContext): DeadLetterReason {
  const properties = (metadataOf(body, context, 'applicationProperties') ?? {}) as Record<string, unknown>;
  const reason = String(properties.deadLetterReason ?? properties.DeadLetterReason ?? 'unknown reason');
  return {
    code: 'deadLettered',
    message: `The work was given up after too many attempts (${reason.slice(0, 200)}). The log of the service says why each failed. Retry the operation.`,
  };
}
