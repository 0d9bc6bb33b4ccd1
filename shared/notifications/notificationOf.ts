import { UnprocessableMessageError } from '../errors.ts';
import type { NotificationMessage } from '../queues/messages.ts';
import { notificationEntry } from './notificationEntry.ts';
import type { UserMail, UserMailDependencies } from './userMail.ts';

/**
 * The mail to a user after an operation enabled the user.
 * @throws UnprocessableMessageError when no operation has changed the user
 */
export async function notificationOf(
  { operationId, chunk: key, userId }: NotificationMessage,
  { operations, audit }: UserMailDependencies,
): Promise<UserMail> {
  const [operation, chunk] = await Promise.all([
    operations.getRecent(operationId),
    operations.getChunk(operationId, key),
  ]);
  const user = chunk?.users.find(({ id }) => id === userId);
  if (operation === undefined || user?.outcome?.outcome !== 'applied')
    throw new UnprocessableMessageError('No operation has changed this user.');
  return {
    occasion: 'enabled',
    userId,
    name: { group: operationId, key: userId },
    need: async () => ({ kind: 'needed' }),
    record: async (delivery) => {
      const entry = notificationEntry(operation, user, delivery);
      if (entry !== undefined) await audit.record(`${operationId}_${userId}_notification`, [entry]);
    },
  };
}
