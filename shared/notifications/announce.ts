import type { Chunk } from '../operations/chunk.ts';
import type { NotificationMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { Operation } from '../stateChange/operation.ts';

/** Queues mails to the users of a chunk who were changed. Queuing them again changes nothing: each has its id. */
export type Announce = (operation: Operation, chunk: Chunk) => Promise<void>;

/** Where no mail is to be sent. */
export const silent: Announce = async () => {};

export function announcer(queues: Pick<Queues, 'sendNotifications'>): Announce {
  return async (operation, chunk) => {
    const messages = notificationsOf(operation, chunk);
    if (messages.length > 0) await queues.sendNotifications(messages.map((notification) => ({ notification })));
  };
}

/** Who is told: users who were enabled by the operation, if it was asked to tell them. */
export function notificationsOf(operation: Operation, chunk: Chunk): NotificationMessage[] {
  if (!operation.notify || operation.dryRun || operation.targetState !== 'enabled') return [];
  return chunk.users.flatMap(({ id }, index) =>
    chunk.outcomes[index]?.outcome === 'applied'
      ? [{ version: 1 as const, operationId: operation.id, chunk: chunk.key, userId: id }]
      : [],
  );
}
