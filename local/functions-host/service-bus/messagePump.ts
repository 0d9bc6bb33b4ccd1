import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { within } from '../deadline.ts';

/** How long a settlement may take. The client itself waits a minute for an answer that a lost connection took along. */
const SETTLE_WITHIN_MS = 10_000;

export type Outcome = 'complete' | 'abandon';

export interface PumpParts {
  readonly receiver: Pick<ServiceBusReceiver, 'receiveMessages' | 'completeMessage' | 'abandonMessage'>;
  readonly maxConcurrentCalls: number;
  /** How long one request for a message waits, in milliseconds. */
  readonly waitMs: number;
  readonly stop: AbortSignal;
  /** Runs the function; never rejects. */
  readonly process: (message: ServiceBusReceivedMessage) => Promise<Outcome>;
  /** Called when nothing came within the wait; true ends the pump, once all that runs is done. */
  readonly leaveWhenIdle: () => boolean;
  /** Called before each request; true ends the pump likewise. */
  readonly leave: () => boolean;
  /** Called when receiving failed; true ends the pump likewise. Otherwise it receives again when this resolves. */
  readonly leaveAfterError: (error: unknown) => Promise<boolean>;
  readonly received: () => void;
  readonly settleFailed: (message: ServiceBusReceivedMessage, outcome: Outcome, error: unknown) => void;
}

/**
 * Receives messages one at a time, runs up to `maxConcurrentCalls` of them at once and settles each by its outcome.
 * Nothing is fetched ahead, so no lock runs down while its message waits. Settlements are made one after another:
 * the client's AMQP library can merge dispositions that are made together, and then the last outcomes are lost.
 * @returns when it was told to stop or to leave, and all that it received is settled
 */
export async function pumpMessages(parts: PumpParts): Promise<void> {
  const running = new Set<Promise<void>>();
  let settled: Promise<void> = Promise.resolve();

  const settle = (message: ServiceBusReceivedMessage, outcome: Outcome): Promise<void> => {
    settled = settled.then(async () => {
      const settling =
        outcome === 'complete' ? parts.receiver.completeMessage(message) : parts.receiver.abandonMessage(message);
      try {
        await within(settling, SETTLE_WITHIN_MS, () => new Error('the broker did not answer'));
      } catch (error) {
        parts.settleFailed(message, outcome, error);
      }
    });
    return settled;
  };

  const start = (message: ServiceBusReceivedMessage): void => {
    const done = parts.process(message).then((outcome) => settle(message, outcome));
    const tracked = done.finally(() => running.delete(tracked));
    running.add(tracked);
  };

  while (!parts.stop.aborted && !parts.leave()) {
    if (running.size >= parts.maxConcurrentCalls) {
      await Promise.race(running);
      continue;
    }
    try {
      const [message] = await parts.receiver.receiveMessages(1, {
        maxWaitTimeInMs: parts.waitMs,
        abortSignal: parts.stop,
      });
      parts.received();
      if (message) start(message);
      else if (running.size === 0 && parts.leaveWhenIdle()) break;
    } catch (error) {
      if (parts.stop.aborted || (await parts.leaveAfterError(error))) break;
    }
  }
  if (parts.stop.aborted) await giveBackTheLast(parts, settle);
  await Promise.all(running);
}

/**
 * A request that was aborted leaves its credit with the broker, which could still send a message for it, and the lock
 * of that message would be held for nothing. A last, short request takes the credit back.
 */
async function giveBackTheLast(
  parts: PumpParts,
  settle: (message: ServiceBusReceivedMessage, outcome: Outcome) => Promise<void>,
): Promise<void> {
  try {
    const messages = await within(
      parts.receiver.receiveMessages(1, { maxWaitTimeInMs: 1 }),
      SETTLE_WITHIN_MS,
      () => new Error('the broker did not answer'),
    );
    for (const message of messages) await settle(message, 'abandon');
  } catch {
    // The connection is gone, and the credit with it.
  }
}
