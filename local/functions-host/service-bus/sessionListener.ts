import type { ServiceBusClient, ServiceBusSessionReceiver } from '@azure/service-bus';
import { aborted } from '../deadline.ts';
import { pumpMessages } from './messagePump.ts';
import type { ListenerParts } from './serviceBusTrigger.ts';

/**
 * Serves up to `maxConcurrentSessions` sessions at once until it is stopped. One request for the next session is
 * parked at the broker at any time: when it is answered, and there is room for one more, the next is parked. So an
 * idle host asks once in `tryTimeout`, and a new session is picked up at once.
 */
export async function listenToSessions(parts: ListenerParts, client: ServiceBusClient): Promise<void> {
  const sessions = new Set<Promise<void>>();
  const stopped = aborted(parts.stop);
  while (!parts.stop.aborted) {
    if (sessions.size >= parts.options.maxConcurrentSessions) {
      await Promise.race(sessions);
      continue;
    }
    const accepting = acceptNext(parts, client);
    const session = await Promise.race([accepting, stopped]);
    if (parts.stop.aborted) {
      // A request that is parked cannot be called back: what it is given after all is released at once.
      void accepting.then((late) => late?.close()).catch(() => {});
      break;
    }
    if (!session) continue;
    const serving = serveSession(parts, session).finally(() => sessions.delete(serving));
    sessions.add(serving);
  }
  await Promise.all(sessions);
}

/** The next session that has messages and is free; undefined when there was none, or after a failure and its pause. */
async function acceptNext(
  parts: ListenerParts,
  client: ServiceBusClient,
): Promise<ServiceBusSessionReceiver | undefined> {
  const { trigger } = parts.target;
  const options = {
    maxAutoLockRenewalDurationInMs: parts.options.maxAutoLockRenewalMs,
    skipParsingBodyAsJson: true,
  };
  try {
    const session = trigger.queueName
      ? await client.acceptNextSession(trigger.queueName, options)
      : await client.acceptNextSession(trigger.topicName as string, trigger.subscriptionName as string, options);
    parts.outage.succeeded();
    return session;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'ServiceTimeout') parts.outage.succeeded();
    else if (!parts.stop.aborted) await parts.outage.failed(error);
    return undefined;
  }
}

/**
 * Serves one session until it is idle, lost, or held for so long that nobody would renew its lock for a further
 * message: then it is given back, and the broker hands it out again.
 */
async function serveSession(parts: ListenerParts, session: ServiceBusSessionReceiver): Promise<void> {
  const renewedUntilMs = parts.now() + parts.options.maxAutoLockRenewalMs;
  await pumpMessages({
    receiver: session,
    maxConcurrentCalls: parts.options.maxConcurrentCallsPerSession,
    waitMs: parts.options.sessionIdleMs,
    stop: parts.stop,
    process: parts.process,
    settleFailed: parts.settleFailed,
    received: () => {},
    leave: () => parts.now() >= renewedUntilMs,
    leaveWhenIdle: () => true,
    leaveAfterError: async (error) => {
      parts.log.host(
        'warning',
        `${parts.target.name} lost session ${session.sessionId}: ${error instanceof Error ? error.message : error}`,
      );
      return true;
    },
  });
  await session.close().catch((error: unknown) => {
    parts.log.host('debug', `${parts.target.name} could not close session ${session.sessionId}: ${error}`);
  });
}
