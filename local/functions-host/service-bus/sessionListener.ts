import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { unlessAborted, withSignals } from '../deadline.ts';
import type { ServiceBusConnection } from './connections.ts';
import type { ListenerParts } from './listenerParts.ts';
import { type MessageSource, pumpMessages } from './messagePump.ts';

type Session = MessageSource & { readonly id: string };

/**
 * Serves up to `maxConcurrentSessions` sessions at once until it is stopped. One request for the next session is
 * parked at the broker at any time: when it is answered, and there is room for one more, the next is parked. So an
 * idle host asks once in `tryTimeout`, and a new session is picked up at once.
 */
export async function listenToSessions(parts: ListenerParts): Promise<void> {
  const sessions = new Set<Promise<void>>();
  while (!parts.stop.aborted) {
    if (sessions.size >= parts.options.maxConcurrentSessions) {
      await Promise.race(sessions);
      continue;
    }
    const session = await acceptNext(parts);
    if (!session) continue;
    const serving = serveSession(parts, session).finally(() => sessions.delete(serving));
    sessions.add(serving);
  }
  await Promise.all(sessions);
}

/** The next session that has messages and is free; undefined when there was none, or after a failure and its pause. */
async function acceptNext(parts: ListenerParts): Promise<Session | undefined> {
  let connection: ServiceBusConnection | undefined;
  try {
    connection = await parts.connections.open(parts.target.trigger.connection);
    const receiver = await accept(parts, connection);
    if (!receiver) {
      connection.release();
      return undefined;
    }
    parts.outage.succeeded();
    return toSource(receiver, connection);
  } catch (error) {
    connection?.release();
    if ((error as { code?: unknown }).code === 'ServiceTimeout') parts.outage.succeeded();
    else await parts.outage.failed(error);
    return undefined;
  }
}

/**
 * Undefined when the listener is stopped first.
 * @throws what broke the connection, or whatever the client throws
 */
async function accept(
  { target, options, stop }: ListenerParts,
  { client, lost }: ServiceBusConnection,
): Promise<ServiceBusSessionReceiver | undefined> {
  const { trigger } = target;
  const receiverOptions = {
    maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalMs,
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
  };
  const accepting = trigger.queueName
    ? client.acceptNextSession(trigger.queueName, receiverOptions)
    : client.acceptNextSession(trigger.topicName as string, trigger.subscriptionName as string, receiverOptions);
  const receiver = await withSignals([stop, lost], (either) =>
    unlessAborted<ServiceBusSessionReceiver | undefined>(accepting, either, () => undefined),
  );
  if (!receiver) {
    // The client cannot call a parked request back: what it is given after all is released at once.
    accepting.then((late) => late.close()).catch(() => {});
    if (!stop.aborted) throw lost.reason;
  }
  return receiver;
}

function toSource(receiver: ServiceBusSessionReceiver, connection: ServiceBusConnection): Session {
  return {
    id: receiver.sessionId,
    receiver,
    renewLocksForMs: 0,
    lost: connection.lost,
    async close() {
      // A session whose link is gone is free already, or will be when its lock runs out.
      await receiver.close().catch(() => {});
      connection.release();
    },
  };
}

/**
 * Serves one session until it is idle, lost, or held for so long that its lock would not be renewed for another
 * message: then it is given back, and the broker hands it out again.
 */
async function serveSession(parts: ListenerParts, session: Session): Promise<void> {
  const renewedUntilMs = parts.now() + parts.options.maxAutoLockRenewalMs;
  await pumpMessages({
    open: async () => session,
    maxConcurrentCalls: parts.options.maxConcurrentCallsPerSession,
    waitMs: parts.options.sessionIdleMs,
    stop: parts.stop,
    process: parts.process,
    settleFailed: parts.settleFailed,
    received: () => {},
    leave: () => parts.now() >= renewedUntilMs,
    leaveWhenIdle: true,
    leaveAfterError: async (error) => {
      if (!session.lost.aborted) parts.sessionLost(session.id, error);
      return true;
    },
  });
}
