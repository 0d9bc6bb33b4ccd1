import { createReceiver } from './entity.ts';
import type { ListenerParts } from './listenerParts.ts';
import { type MessageSource, pumpMessages } from './messagePump.ts';

/**
 * Receives from an entity without sessions until it is stopped, over a new connection when the old one broke. The
 * lock of each message is renewed while its function runs, up to `maxAutoLockRenewalDuration`.
 */
export async function listenToQueue(parts: ListenerParts): Promise<void> {
  await pumpMessages({
    open: () => open(parts),
    maxConcurrentCalls: parts.options.maxConcurrentCalls,
    waitMs: parts.options.retry.tryTimeoutMs,
    stop: parts.stop,
    process: parts.process,
    settleFailed: parts.settleFailed,
    received: parts.outage.succeeded,
    leave: () => false,
    leaveWhenIdle: false,
    leaveAfterError: async (error) => {
      await parts.outage.failed(error);
      return false;
    },
  });
}

async function open({ connections, target, options }: ListenerParts): Promise<MessageSource> {
  const connection = await connections.open(target.trigger.connection);
  const receiver = createReceiver(connection.client, target);
  return {
    receiver,
    renewLocksForMs: options.maxAutoLockRenewalMs,
    lost: connection.lost,
    async close() {
      // Errors of a closed link no longer matter.
      await receiver.close().catch(() => {});
      connection.release();
    },
  };
}
