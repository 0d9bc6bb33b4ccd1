import type { AuditEntry } from '../audit/entry.ts';
import { laneOf } from '../domain/lane.ts';
import { UnprocessableMessageError } from '../errors.ts';
import { readRegistrations } from '../graph/methods.ts';
import { readStates } from '../graph/requirements.ts';
import type { ReminderMessage } from '../queues/messages.ts';
import { serviceActor } from '../registration/findingEntry.ts';
import { UserHistoryStore } from '../registration/userHistoryStore.ts';
import { type Delivery, REMINDERS } from './deliveryStore.ts';
import { type MailNeed, USER_DELETED, type UserMail, type UserMailDependencies } from './userMail.ts';

const EVENTS: Partial<Record<Delivery['status'], AuditEntry['event']>> = {
  sent: 'reminderSent',
  skipped: 'reminderSkipped',
  failed: 'reminderFailed',
  unknown: 'reminderFailed',
};

const NOT_ENABLED = {
  kind: 'notNeeded',
  code: 'notEnabled',
  message: 'The user is no longer enabled, or was disabled and enabled again.',
} as const;
const REGISTERED = { kind: 'notNeeded', code: 'registered', message: 'The user has registered since.' } as const;

/**
 * The reminder to a user who was enabled long ago and is not registered. A reminder may wait in the queue for hours, so
 * state and registration are read again before it is sent.
 * @throws UnprocessableMessageError when no registration sweep has listed the user
 */
export async function reminderOf(message: ReminderMessage, deps: UserMailDependencies): Promise<UserMail> {
  const { userId, at } = message;
  const histories = new UserHistoryStore(deps.open);
  const { history } = await histories.load(laneOf(userId), userId);
  if (history === undefined) throw new UnprocessableMessageError('No registration sweep has listed this user.');
  return {
    priority: 'bulk',
    userId,
    name: { group: REMINDERS, key: `${at}_${userId}` },
    need: () => needOf(message, histories, deps),
    record: async (delivery) => {
      const entry = entryOf(message, history.name, delivery);
      if (entry !== undefined) await deps.audit.recordEach([entry]);
    },
  };
}

async function needOf(
  { userId, episode }: ReminderMessage,
  histories: UserHistoryStore,
  { graph, now }: UserMailDependencies,
): Promise<MailNeed> {
  const { row } = await histories.load(laneOf(userId), userId);
  if (row.enabledSince !== episode) return NOT_ENABLED;
  const state = (await readStates(graph, [userId], now)).get(userId);
  if (state?.kind === 'retry') return state;
  if (state?.kind === 'refused' && state.code === 'userNotFound') return USER_DELETED;
  if (state?.kind === 'known' && state.value !== 'enabled') return NOT_ENABLED;
  const registered = (await readRegistrations(graph, [userId], now)).get(userId);
  if (registered?.kind === 'retry') return registered;
  if (registered?.kind === 'known' && registered.value) return REGISTERED;
  // When Graph refuses the request, the finding of the sweep counts.
  return { kind: 'needed', occasion: 'reminder' };
}

/** The audit entry of a finished reminder; undefined before. The same reminder gives the same entry. */
function entryOf(
  { userId, number, episode }: ReminderMessage,
  name: string,
  { status, at, code, message, requestId }: Delivery,
): AuditEntry | undefined {
  const event = EVENTS[status];
  if (event === undefined) return undefined;
  return {
    event,
    userId,
    reference: name,
    operationId: null,
    actor: serviceActor,
    reason: `Reminder ${number} of a user who has been enabled since ${episode} and is not registered.`,
    to: 'enabled',
    acceptedAt: null,
    at: new Date(at).toISOString(),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
