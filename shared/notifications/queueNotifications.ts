import type { Operation } from '../domain/operation.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { NotificationMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { QueueNotifications } from '../stateChange/applyDependencies.ts';

/** For an app without a mailbox. */
export const queueNoNotifications: QueueNotifications = async () => {};

/** Queues a mail to each user of a chunk who was enabled. */
export function queueNotificationsTo(queues: Pick<Queues, 'sendNotifications'>): QueueNotifications {
  return async (operation, chunk) => {
    const messages = notificationsOf(operation, chunk);
    if (messages.length > 0) await queues.sendNotifications(messages.map((notification) => ({ notification })));
  };
}

/** The messages for the users of a chunk that the operation has enabled, if the request asked for mails. */
export function notificationsOf(operation: Operation, chunk: Chunk): NotificationMessage[] {
  if (!operation.notify || operation.dryRun || operation.targetState !== 'enabled') return [];
  return chunk.users.flatMap(({ id, outcome }) =>
    outcome?.outcome === 'applied'
      ? [{ version: 1 as const, operationId: operation.id, chunk: chunk.key, userId: id }]
      : [],
  );
}
