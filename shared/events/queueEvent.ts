import type { WebhookEvent } from '../queues/eventId.ts';
import type { Queues } from '../queues/queues.ts';

/** Queues an event for the webhook. A repeated call changes nothing, because the message id is the same. */
export type QueueEvent = (event: WebhookEvent) => Promise<void>;

/** For an app without a webhook. */
export const queueNoEvents: QueueEvent = async () => {};

export function queueEventsTo(queues: Pick<Queues, 'sendEvents'>, now: () => number): QueueEvent {
  return (event) =>
    queues.sendEvents([{ event: { version: 1, ...event, since: new Date(now()).toISOString(), attempt: 0 } }]);
}
