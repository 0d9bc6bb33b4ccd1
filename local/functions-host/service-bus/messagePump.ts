import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { createAbort, unlessAborted, within, withSignals } from '../deadline.ts';
import { keepLocked } from './lockRenewal.ts';

/** How long a settlement may take; the client itself would wait a minute for an answer. */
const SETTLE_WITHIN_MS = 10_000;

/**
 * How a message is settled. `keep` leaves it locked until its lock expires, for a function that settles it by itself.
 */
export type Outcome = 'complete' | 'abandon' | 'keep';

/** The source of messages, which also settles them, as long as its connection lasts. */
export interface MessageSource {
  readonly receiver: Pick<
    ServiceBusReceiver,
    'receiveMessages' | 'completeMessage' | 'abandonMessage' | 'renewMessageLock'
  >;
  /**
   * For how long the lock of each message is renewed, in milliseconds; 0 where messages are locked by their session.
   */
  readonly renewLocksForMs: number;
  readonly lost: AbortSignal;
  /** Never rejects. */
  close(): Promise<void>;
}

export interface PumpParts {
  /** Opens a source: first of all, and after each loss of one. */
  readonly open: () => Promise<MessageSource>;
  readonly maxConcurrentCalls: number;
  /** How long one request for a message waits, in milliseconds. */
  readonly waitMs: number;
  readonly stop: AbortSignal;
  /** Runs the function; never rejects. */
  readonly process: (message: ServiceBusReceivedMessage) => Promise<Outcome>;
  /** Called before each request; true ends the pump, once all that runs is done. */
  readonly leave: () => boolean;
  /** Whether the pump ends likewise when nothing came within the wait. */
  readonly leaveWhenIdle: boolean;
  /** Called when receiving failed; true ends the pump likewise. Otherwise it receives again when this resolves. */
  readonly leaveAfterError: (error: unknown) => Promise<boolean>;
  readonly received: () => void;
  readonly settleFailed: (message: ServiceBusReceivedMessage, outcome: Outcome, error: unknown) => void;
}

/**
 * Receives messages one at a time, runs up to `maxConcurrentCalls` of them at once and settles each by its outcome.
 * Nothing is fetched ahead, so no lock runs down while its message waits. Settlements are made one after another: the
 * client's AMQP library can merge dispositions that are made together, and then the last outcomes are lost. After the
 * signal to stop, no message is completed: a message is abandoned and returns to its queue even if its function
 * succeeds. In the real host, completing a message fails when the listener stops.
 * @returns after the signal to stop or to leave, when all received messages are settled
 */
export async function pumpMessages(parts: PumpParts): Promise<void> {
  const running = new Set<Promise<void>>();
  const retired = new Set<Promise<void>>();
  let settled: Promise<void> = Promise.resolve();
  let source: MessageSource | undefined;
  let isAsking = false;

  const settle = (from: MessageSource, message: ServiceBusReceivedMessage, outcome: Outcome): Promise<void> => {
    settled = settled.then(() => {
      const possible = parts.stop.aborted ? 'abandon' : outcome;
      return settleMessage(from, message, possible).catch((error: unknown) =>
        parts.settleFailed(message, possible, error),
      );
    });
    return settled;
  };

  const start = (from: MessageSource, message: ServiceBusReceivedMessage): void => {
    const handled = createAbort();
    void keepLocked(from.receiver, message, from.renewLocksForMs, handled.signal);
    const done = parts.process(message).then((outcome) => {
      handled.abort();
      return outcome === 'keep' ? undefined : settle(from, message, outcome);
    });
    const tracked = done.finally(() => running.delete(tracked));
    running.add(tracked);
  };

  /** Messages of a lost source still hold their locks, which the client renews; it is closed after the last of them. */
  const retire = (lost: MessageSource): void => {
    const closed = Promise.all(running).then(() => lost.close());
    const tracked = closed.finally(() => retired.delete(tracked));
    retired.add(tracked);
  };

  while (!parts.stop.aborted && !parts.leave()) {
    if (running.size >= parts.maxConcurrentCalls) {
      await Promise.race(running);
      continue;
    }
    try {
      source ??= await parts.open();
      isAsking = true;
      const message = await receiveOne(source, parts);
      isAsking = false;
      parts.received();
      if (message) start(source, message);
      else if (running.size === 0 && parts.leaveWhenIdle) break;
    } catch (error) {
      if (source?.lost.aborted) {
        retire(source);
        source = undefined;
        isAsking = false;
      }
      if (parts.stop.aborted || (await parts.leaveAfterError(error))) break;
    }
  }
  if (source && parts.stop.aborted && isAsking) await giveBackTheLast(source, settle);
  await Promise.all(running);
  await source?.close();
  await Promise.all(retired);
}

async function receiveOne(
  { receiver, lost }: MessageSource,
  { waitMs, stop }: PumpParts,
): Promise<ServiceBusReceivedMessage | undefined> {
  const [message] = await withSignals([stop, lost], (abortSignal) =>
    unlessAborted(receiver.receiveMessages(1, { maxWaitTimeInMs: waitMs, abortSignal }), lost, () => {
      throw lost.reason;
    }),
  );
  return message;
}

/**
 * Settles a message. When the connection breaks meanwhile, once more: outside of a session the client can settle by
 * the lock alone, over a connection that it makes for that.
 */
async function settleMessage(
  { receiver, lost }: MessageSource,
  message: ServiceBusReceivedMessage,
  outcome: Outcome,
): Promise<void> {
  const attempt = (): Promise<void> => {
    const settling = outcome === 'complete' ? receiver.completeMessage(message) : receiver.abandonMessage(message);
    return within(settling, SETTLE_WITHIN_MS, () => new Error('the broker did not answer'));
  };
  if (lost.aborted) return attempt();
  try {
    await unlessAborted(attempt(), lost, () => {
      throw lost.reason;
    });
  } catch (error) {
    if (error !== lost.reason) throw error;
    await attempt();
  }
}

/**
 * A request that was aborted leaves its credit with the broker, which could still send a message for it, and the lock
 * of that message would be held for nothing. A last, short request takes the credit back.
 */
async function giveBackTheLast(
  source: MessageSource,
  settle: (from: MessageSource, message: ServiceBusReceivedMessage, outcome: Outcome) => Promise<void>,
): Promise<void> {
  if (source.lost.aborted) return;
  try {
    const messages = await within(
      source.receiver.receiveMessages(1, { maxWaitTimeInMs: 1 }),
      SETTLE_WITHIN_MS,
      () => new Error('the broker did not answer'),
    );
    for (const message of messages) await settle(source, message, 'abandon');
  } catch {
    // The connection is gone, and the credit with it.
  }
}
