import { UnprocessableMessageError } from '../errors.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { NotificationMessage, ResendMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { DeliveryStore } from './deliveryStore.ts';

export interface ResendDependencies {
  readonly operations: OperationStore;
  readonly deliveries: DeliveryStore;
  readonly queues: Pick<Queues, 'sendNotifications' | 'sendResend'>;
  readonly now: () => number;
}

/**
 * Asks the workers to send the failed mails of an operation again.
 * @returns how many mails have failed
 */
export async function requestResend(operationId: string, deps: ResendDependencies): Promise<number> {
  let failed = 0;
  for await (const _ of deps.deliveries.failed(operationId)) failed++;
  const again = new Date(deps.now()).toISOString();
  if (failed > 0) await deps.queues.sendResend({ version: 1, kind: 'resend', operationId, again });
  return failed;
}

/**
 * Queues each failed mail of an operation. A mail whose result is unknown is not sent again: the user may have it.
 * @throws UnprocessableMessageError when there is no such operation
 */
export async function resendMails(
  { operationId, again }: ResendMessage,
  { operations, deliveries, queues }: ResendDependencies,
): Promise<{ readonly queued: number }> {
  const operation = await operations.get(operationId);
  if (operation === undefined) throw new UnprocessableMessageError('There is no operation with this id.');
  const failed = new Set<string>();
  for await (const userId of deliveries.failed(operationId)) failed.add(userId);
  let queued = 0;
  for (let page = 0; queued < failed.size && (await operations.getReferences(operationId, page)); page++)
    for (const { key: chunk, users } of await operations.getChunks(operationId, page)) {
      const messages = users
        .filter(({ id }) => failed.has(id))
        .map(({ id: userId }): NotificationMessage => ({ version: 1, operationId, chunk, userId, again }));
      if (messages.length > 0) await queues.sendNotifications(messages.map((notification) => ({ notification })));
      queued += messages.length;
    }
  return { queued };
}
