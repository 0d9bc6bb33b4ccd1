import { laneOf } from '../domain/lane.ts';
import { isSmall } from '../domain/operation.ts';
import { UnprocessableMessageError } from '../errors.ts';
import { readRegistrations } from '../graph/methods.ts';
import { readStates } from '../graph/requirements.ts';
import type { NotificationMessage } from '../queues/messages.ts';
import { UserHistoryStore } from '../registration/userHistoryStore.ts';
import { presumedState } from '../users/presumedState.ts';
import { notificationEntry } from './notificationEntry.ts';
import { type MailNeed, USER_DELETED, type UserMail, type UserMailDependencies } from './userMail.ts';

const NOT_ENABLED = {
  kind: 'notNeeded',
  code: 'notEnabled',
  message: 'The user is no longer enabled, or was disabled and enabled again.',
} as const;

/**
 * The mail to a user after an operation enabled the user. It may wait in the queue for hours, so state and registration are
 * read before it is sent.
 * @throws UnprocessableMessageError when no operation has changed the user
 */
export async function notificationOf(
  { operationId, chunk: key, userId }: NotificationMessage,
  deps: UserMailDependencies,
): Promise<UserMail> {
  const { operations, audit } = deps;
  const [operation, chunk] = await Promise.all([
    operations.getRecent(operationId),
    operations.getChunk(operationId, key),
  ]);
  const user = chunk?.users.find(({ id }) => id === userId);
  if (operation === undefined || user?.outcome?.outcome !== 'applied')
    throw new UnprocessableMessageError('No operation has changed this user.');
  const enabledAt = user.outcome.at;
  return {
    priority: isSmall(operation) ? 'urgent' : 'bulk',
    userId,
    name: { group: operationId, key: userId },
    need: () => needOf(userId, enabledAt, deps),
    record: async (delivery) => {
      const entry = notificationEntry(operation, user, delivery);
      if (entry !== undefined) await audit.record(`${operationId}_${userId}_notification`, [entry]);
    },
  };
}

/** @param enabledAt when the operation of the mail enabled the user, ISO 8601 */
async function needOf(
  userId: string,
  enabledAt: string,
  { graph, now, open, consistencyMs }: UserMailDependencies,
): Promise<MailNeed> {
  const { row } = await new UserHistoryStore(open).load(laneOf(userId), userId);
  if (row.state === 'disabled' || row.enabledSince > enabledAt) return NOT_ENABLED;
  const state = (await readStates(graph, [userId], now)).get(userId);
  if (state?.kind === 'retry') return state;
  if (state?.kind === 'refused' && state.code === 'userNotFound') return USER_DELETED;
  if (state?.kind === 'known' && presumedState(state.value, row, now(), consistencyMs) === 'disabled')
    return NOT_ENABLED;
  const registered = (await readRegistrations(graph, [userId], now)).get(userId);
  if (registered?.kind === 'retry') return registered;
  // When Graph refuses a request, the operation counts: it has enabled the user.
  const isRegistered = registered?.kind === 'known' && registered.value;
  return { kind: 'needed', occasion: isRegistered ? 'registered' : 'enabled' };
}
