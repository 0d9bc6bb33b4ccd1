import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { attributes as a } from '../telemetry/names.ts';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { eventId } from './eventId.ts';
import type { ChangeMessage, EventMessage, FinishCheckMessage, MailMessage, PlanMessage } from './messages.ts';

/** The queues of the service. Their properties are in `infra/queues.json`. */
export const queueNames = {
  plans: 'plans',
  changes: 'changes',
  notifications: 'notifications',
  events: 'events',
} as const;

/** Puts work on the queues. A message that is sent twice is delivered once: the queues drop what has a known id. */
export interface Queues {
  sendPlans(messages: readonly PlanMessage[]): Promise<void>;
  sendChanges(messages: readonly { readonly change: ChangeMessage; readonly session: string }[]): Promise<void>;
  /** @param messages with the time, in milliseconds since 1970, before which one is not delivered */
  sendNotifications(messages: readonly { readonly notification: MailMessage; readonly at?: number }[]): Promise<void>;
  /** @param messages likewise */
  sendEvents(messages: readonly { readonly event: EventMessage; readonly at?: number }[]): Promise<void>;
  sendFinishChecks(messages: readonly { readonly check: FinishCheckMessage; readonly at: number }[]): Promise<void>;
}

const SEND = { [a.messagingSystem]: 'servicebus', [a.messagingOperation]: 'send' };

export function queuesOf(settings: Settings, telemetry: Telemetry = noTelemetry): Queues {
  let client: Promise<ServiceBusClient> | undefined;
  const senders = new Map<string, Promise<ServiceBusSender>>();

  function senderOf(queue: string): Promise<ServiceBusSender> {
    let sender = senders.get(queue);
    if (sender === undefined) {
      client ??= connect(settings);
      sender = client.then((connected) => connected.createSender(queue));
      senders.set(queue, sender);
    }
    return sender;
  }

  /** Sends messages that belong to the trace of whoever sends them. */
  function send(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
    const attributes = { ...SEND, [a.queue]: queue, [a.messageCount]: messages.length };
    return telemetry.span({ name: `send ${queue}`, kind: 'producer', attributes }, () => {
      const traceParent = telemetry.traceParent();
      const common = {
        contentType: 'application/json',
        // The Functions host reads the older name, as Azure's clients write both.
        ...(traceParent !== undefined && {
          applicationProperties: { traceparent: traceParent, 'Diagnostic-Id': traceParent },
        }),
      };
      return sendAll(
        queue,
        messages.map((message) => ({ ...common, ...message })),
      );
    });
  }

  /** Sends messages in as few batches as fit. */
  async function sendAll(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
    const sender = await senderOf(queue);
    const [only] = messages;
    if (only !== undefined && messages.length === 1) return sender.sendMessages(only);
    let batch = await sender.createMessageBatch();
    for (const message of messages) {
      if (batch.tryAddMessage(message)) continue;
      await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (!batch.tryAddMessage(message)) throw new RangeError('A message is larger than the queue takes');
    }
    if (batch.count > 0) await sender.sendMessages(batch);
  }

  return {
    sendPlans: (messages) =>
      send(
        queueNames.plans,
        messages.map((body) => ({
          body,
          messageId: `${body.operationId}_${body.page}`,
        })),
      ),
    sendChanges: (messages) =>
      send(
        queueNames.changes,
        messages.map(({ change, session }) => ({
          body: change,
          messageId: `${change.operationId}_${change.chunk}`,
          sessionId: session,
        })),
      ),
    sendNotifications: (messages) =>
      send(
        queueNames.notifications,
        messages.map(({ notification, at }) => ({
          body: notification,
          messageId: [nameOf(notification), ...(at === undefined ? [] : [at])].join('_'),
          ...scheduled(at),
        })),
      ),
    sendEvents: (messages) =>
      send(
        queueNames.events,
        messages.map(({ event, at }) => ({
          body: event,
          messageId: `${eventId(event)}_${event.attempt}`,
          ...scheduled(at),
        })),
      ),
    sendFinishChecks: (messages) =>
      send(
        queueNames.events,
        messages.map(({ check, at }) => ({
          body: check,
          messageId: `look_${check.operationId}_${at}`,
          ...scheduled(at),
        })),
      ),
  };
}

function scheduled(at: number | undefined): Pick<ServiceBusMessage, 'scheduledEnqueueTimeUtc'> {
  return at === undefined ? {} : { scheduledEnqueueTimeUtc: new Date(at) };
}

function nameOf(mail: MailMessage): string {
  return 'kind' in mail ? `${mail.kind}_${mail.userId}_${mail.at}` : `${mail.operationId}_${mail.userId}`;
}

async function connect(settings: Settings): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  const retryOptions = { maxRetries: 2, retryDelayInMs: 200, timeoutInMs: 10_000 };
  if (settings.ServiceBusConnection !== undefined)
    return new ServiceBusClient(settings.ServiceBusConnection, { retryOptions });
  const namespace = settings.ServiceBusConnection__fullyQualifiedNamespace as string;
  return new ServiceBusClient(namespace, await azureCredential(settings), { retryOptions });
}
