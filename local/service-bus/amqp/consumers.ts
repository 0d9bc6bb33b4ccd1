import { acceptTimeout, notAllowed, notImplemented, type ServiceBusFault, serverBusy } from '../engine/fault.ts';
import type { Session } from '../engine/message.ts';
import type { Queue } from '../engine/queue.ts';
import { Consumer } from './consumer.ts';
import type { Content } from './content.ts';
import type { Endpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import { holdAttach, refuseLink } from './links.ts';
import type { Namespace } from './namespace.ts';
import type { SenderLink } from './rheaTypes.ts';
import { ticks } from './values.ts';

const SESSION_FILTER = 'com.microsoft:session-filter';
const NON_EXCLUSIVE_SESSION_FILTER = 'com.microsoft:non-exclusive-session-filter';
const SESSION_LOCKED_UNTIL = 'com.microsoft:locked-until-utc';
const TIMEOUT = 'com.microsoft:timeout';
const DEFAULT_ACCEPT_TIMEOUT_MS = 60_000;
/** A timer for longer than this fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The services of the connection for a receiver. */
export interface ConsumerHost {
  readonly beforeWriting: () => void;
  /** Puts another endpoint behind the link, or none. */
  readonly replace: (endpoint: Endpoint | undefined) => void;
}

/**
 * Gives a client's receiver the messages of a queue, or of one of its sessions.
 * @throws ServiceBusFault when the link must be refused.
 */
export function openConsumer(
  link: SenderLink,
  queue: Queue<Content>,
  namespace: Namespace,
  host: ConsumerHost,
): Endpoint {
  const { requiresSession } = queue.settings;
  const filter = link.source?.filter ?? {};
  if (NON_EXCLUSIVE_SESSION_FILTER in filter) {
    // By "invalid filter type" the .NET client knows that the service cannot do it.
    const why = 'this emulator has no non-exclusive sessions. Accept the session exclusively.';
    throw notImplemented(`The link '${link.name}' contains invalid filter type: ${why}`);
  }
  const wantsSession = SESSION_FILTER in filter;
  if (wantsSession && !requiresSession) {
    throw notAllowed('A sessionful message receiver cannot be created on an entity that does not require sessions.');
  }
  if (!wantsSession && requiresSession) {
    throw notAllowed('An entity that requires sessions cannot have a receiver without one.');
  }
  if (namespace.throttle.refuses(queue.name, 'receive')) throw serverBusy();
  const dispatcher = namespace.dispatcherOf(queue);
  const { clock } = namespace;
  const consumer = new Consumer(link, queue, { dispatcher, clock, beforeWriting: host.beforeWriting });
  if (!wantsSession) {
    consumer.start();
    return consumer;
  }
  const sessionId = plainValue(filter[SESSION_FILTER]);
  if (sessionId === null || sessionId === undefined) return waitForSession(consumer, namespace, host);
  grantSession(consumer, queue.acceptSession(String(sessionId), consumer), String(sessionId));
  return consumer;
}

/** Delays the answer to the attach until a session has messages, or until the client's timeout. */
function waitForSession(consumer: Consumer, namespace: Namespace, host: ConsumerHost): Endpoint {
  const { link, queue } = consumer;
  const dispatcher = namespace.dispatcherOf(queue);
  holdAttach(link);
  const refuse = (why: ServiceBusFault): void => {
    clearTimeout(timer);
    host.replace(undefined);
    refuseLink(link, amqpError(why));
  };
  const request = {
    consumer,
    grant: (session: Session<Content>) => {
      clearTimeout(timer);
      host.replace(consumer);
      grantSession(consumer, session, session.id);
      link.open();
    },
    refuse,
  };
  const timeoutMs = Number(link.properties?.[TIMEOUT] ?? DEFAULT_ACCEPT_TIMEOUT_MS);
  const timer = setTimeout(
    () => {
      dispatcher.withdraw(request);
      refuse(acceptTimeout());
    },
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
  dispatcher.request(request);
  // A client that gives up gets no answer: one built on rhea would take a late attach for a new link of ours.
  return {
    close: () => {
      clearTimeout(timer);
      dispatcher.withdraw(request);
    },
  };
}

/** Answers a session receiver's attach with the session it got, as it called it, and starts delivering. */
function grantSession(consumer: Consumer, session: Session<Content>, id: string): void {
  const { link } = consumer;
  link.set_source({ address: link.source?.address, filter: { [SESSION_FILTER]: id } });
  link.local.attach.properties = { [SESSION_LOCKED_UNTIL]: ticks(session.lockedUntil) };
  consumer.start(session);
}

/** Some clients describe the session filter's value with its type, others do not. */
function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}
