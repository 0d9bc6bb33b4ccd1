import type { AuditStore } from '../audit/auditStore.ts';
import { UnprocessableMessageError } from '../errors.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { MailMessage, NotificationMessage } from '../queues/messages.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryKey } from './deliveryStore.ts';
import type { Occasion } from './mail.ts';
import { notificationEntry } from './notificationEntry.ts';
import { reminderOf } from './reminder.ts';

/** Whether a mail is still to be sent, or why it is not, or when Graph can be asked. */
export type Need =
  | { readonly kind: 'needed' }
  | { readonly kind: 'notNeeded'; readonly code: string; readonly message: string }
  | { readonly kind: 'later'; readonly retryAfterMs: number | undefined };

/** What a mail to a user is about. */
export interface Letter {
  readonly occasion: Occasion;
  readonly userId: string;
  /** Where what became of it is kept. */
  readonly name: DeliveryKey;
  need(): Promise<Need>;
  /** Records what became of it, once that is decided. Recording it again changes nothing. */
  record(delivery: Delivery): Promise<void>;
}

export interface LetterEffects {
  readonly operations: OperationStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly open: OpenTable;
  readonly now: () => number;
}

/** @throws UnprocessableMessageError when there is nothing that the mail could be about */
export async function letterOf(message: MailMessage, effects: LetterEffects): Promise<Letter> {
  return 'kind' in message ? reminderOf(message, effects) : notificationOf(message, effects);
}

/** The mail to a user whom an operation enabled. */
async function notificationOf(
  { operationId, chunk: key, userId }: NotificationMessage,
  { operations, audit }: LetterEffects,
): Promise<Letter> {
  const [operation, chunk] = await Promise.all([
    operations.getRecent(operationId),
    operations.getChunk(operationId, key),
  ]);
  const index = chunk?.users.findIndex(({ id }) => id === userId) ?? -1;
  const user = chunk?.users[index];
  if (operation === undefined || user === undefined || chunk?.outcomes[index]?.outcome !== 'applied')
    throw new UnprocessableMessageError('There is no operation that changed this user.');
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
