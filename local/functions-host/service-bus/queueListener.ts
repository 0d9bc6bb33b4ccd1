import type { ServiceBusClient } from '@azure/service-bus';
import { createReceiver } from './entity.ts';
import { pumpMessages } from './messagePump.ts';
import type { ListenerParts } from './serviceBusTrigger.ts';

/**
 * Receives from an entity without sessions until it is stopped. The client keeps renewing the lock of each message
 * up to `maxAutoLockRenewalDuration`, and opens a new link when the old one is gone.
 */
export async function listenToQueue(parts: ListenerParts, client: ServiceBusClient): Promise<void> {
  const receiver = createReceiver(client, parts.target, parts.options.maxAutoLockRenewalMs);
  await pumpMessages({
    receiver,
    maxConcurrentCalls: parts.options.maxConcurrentCalls,
    waitMs: parts.options.retry.tryTimeoutMs,
    stop: parts.stop,
    process: parts.process,
    settleFailed: parts.settleFailed,
    received: parts.outage.succeeded,
    leave: () => false,
    leaveWhenIdle: () => false,
    leaveAfterError: async (error) => {
      await parts.outage.failed(error);
      return false;
    },
  });
  await receiver.close();
}
