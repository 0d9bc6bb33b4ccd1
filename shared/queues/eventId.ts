import { createHash } from 'node:crypto';
import type { EventMessage } from './messages.ts';

/** Something that the webhook is told of, without how often that was tried. */
export type WebhookEvent = EventMessage extends infer M ? (M extends EventMessage ? Omit<M, Pass> : never) : never;
type Pass = 'version' | 'since' | 'attempt';

/**
 * The id of an event: the same whenever it is raised, sent or delivered again. Letters, digits, `-` and `_` only, so that
 * it can stand in a header and in what is signed.
 */
export function eventId(event: WebhookEvent): string {
  switch (event.event) {
    case 'operationFinished':
      return `operation-finished_${event.operationId}`;
    case 'stuckUsersFound':
      return `stuck-users-found_${event.sweepId}`;
    default:
      return `dead-letter_${event.queue}_${event.operationId ?? fingerprint(event.messageId)}`;
  }
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
