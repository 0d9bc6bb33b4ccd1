import { createHash } from 'node:crypto';
import type { EventMessage } from './messages.ts';

/** An event for the webhook, without the fields about its delivery. */
export type WebhookEvent = EventMessage extends infer M
  ? M extends EventMessage
    ? Omit<M, DeliveryField>
    : never
  : never;
type DeliveryField = 'version' | 'since' | 'attempt';

/**
 * The id of an event, the same whenever the event is raised, sent or delivered again. It has only letters, digits, `-`
 * and `_`, because it is sent in a header and signed.
 */
export function eventId(event: WebhookEvent): string {
  switch (event.event) {
    case 'operationFinished':
      return `operation-finished_${event.operationId}`;
    case 'approvalRequested':
      return `approval-requested_${event.operationId}`;
    case 'stuckUsersFound':
      return `stuck-users-found_${event.sweepId}`;
    case 'changedOutsideFound':
      return `changed-outside-found_${event.sweepId}`;
    case 'statesLowered':
      return `states-lowered_${event.operationId}`;
    default:
      return `dead-letter_${event.queue}_${event.operationId ?? fingerprint(event.messageId)}`;
  }
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
