import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { pause } from '../deadline.ts';

/** The client of .NET renews a lock so long before it runs out, or after half of its time when that is less. */
const RENEW_BEFORE_MS = 10_000;
const RETRY_AFTER_MS = 200;

/**
 * Keeps a message locked until the signal, or for the given time. A lost lock is no longer renewed: another receiver
 * may have the message, and settling it fails. Never rejects.
 *
 * The host renews the lock itself, because the JavaScript client would continue until the message is settled, and an
 * unsettled message must return to its queue.
 */
export async function keepLocked(
  receiver: Pick<ServiceBusReceiver, 'renewMessageLock'>,
  message: ServiceBusReceivedMessage,
  forMs: number,
  stop: AbortSignal,
): Promise<void> {
  if (forMs <= 0) return;
  const until = Date.now() + forMs;
  let lockedUntil = message.lockedUntilUtc?.getTime();
  while (lockedUntil !== undefined) {
    const left = lockedUntil - Date.now();
    await pause(Math.max(0, left - Math.min(RENEW_BEFORE_MS, left / 2)), stop);
    if (stop.aborted || Date.now() >= until || Date.now() >= lockedUntil) return;
    try {
      lockedUntil = (await receiver.renewMessageLock(message)).getTime();
    } catch (error) {
      if ((error as { code?: unknown }).code === 'MessageLockLost') return;
      await pause(RETRY_AFTER_MS, stop);
    }
  }
}
