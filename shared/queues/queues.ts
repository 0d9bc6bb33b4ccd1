import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { isExpress, type Operation } from '../domain/operation.ts';
import { requiredSetting } from '../requiredSetting.ts';
import { attributes as a } from '../telemetry/names.ts';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { eventId } from './eventId.ts';
import type {
  ChangeMessage,
  EventMessage,
  FinishCheckMessage,
  MailMessage,
  PlanMessage,
  ResendMessage,
  SweepMessage,
} from './messages.ts';

/** The queues of the service. Their properties are in `infra/queues.json`. */
export const queueNames = {
  plans: 'plans',
  expressPlans: 'expressplans',
  changes: 'changes',
  notifications: 'notifications',
  events: 'events',
  sweeps: 'sweeps',
} as const;

/** Sends messages. A message that is sent twice is delivered once: the queues drop a message with a known id. */
export interface Queues {
  /**
   * Sends a message for each of these pages of an operation: to the queue of express operations if it is one.
   * @param step what the message asks for; to plan the page, when undefined
   */
  sendPlans(operation: Operation, pages: readonly number[], step?: PlanMessage['step']): Promise<void>;
  /** @param messages `at` is the earliest delivery, in milliseconds since 1970 */
  sendChanges(
    messages: readonly { readonly change: ChangeMessage; readonly session: string; readonly at?: number }[],
  ): Promise<void>;
  /** @param messages `at` is the earliest delivery, in milliseconds since 1970 */
  sendNotifications(messages: readonly { readonly notification: MailMessage; readonly at?: number }[]): Promise<void>;
  /** Asks to send the failed mails of an operation again. */
  sendResend(message: ResendMessage): Promise<void>;
  /** @param messages `at` is the earliest delivery, in milliseconds since 1970 */
  sendEvents(messages: readonly { readonly event: EventMessage; readonly at?: number }[]): Promise<void>;
  sendFinishChecks(messages: readonly { readonly check: FinishCheckMessage; readonly at: number }[]): Promise<void>;
  /** @param occasion two messages about the same sweep with the same text are one */
  sendSweep(sweep: number, occasion: string): Promise<void>;
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

  /** Sends messages with the trace of the current invocation. */
  function send(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
    const attributes = { ...SEND, [a.queue]: queue, [a.messageCount]: messages.length };
    return telemetry.span({ name: `send ${queue}`, kind: 'producer', attributes }, () => {
      const traceParent = telemetry.traceParent();
      const common = {
        contentType: 'application/json',
        // Azure's clients write both names. The Functions host reads the older one, `Diagnostic-Id`.
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

  /** Sends messages in as few batches as possible. */
  async function sendAll(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
    const sender = await senderOf(queue);
    const [only] = messages;
    if (only !== undefined && messages.length === 1) return sender.sendMessages(only);
    let batch = await sender.createMessageBatch();
    for (const message of messages) {
      if (batch.tryAddMessage(message)) continue;
      await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (!batch.tryAddMessage(message)) throw new RangeError('A message is too large for the queue.');
    }
    if (batch.count > 0) await sender.sendMessages(batch);
  }

  return {
    sendPlans: (operation, pages, step) =>
      send(
        isExpress(operation) ? queueNames.expressPlans : queueNames.plans,
        pages.map((page) => {
          const body: PlanMessage = { version: 1, operationId: operation.id, page, ...(step && { step }) };
          return { body, messageId: [operation.id, page, ...(step === undefined ? [] : [step])].join('_') };
        }),
      ),
    sendChanges: (messages) =>
      send(
        queueNames.changes,
        messages.map(({ change, session, at }) => ({
          body: change,
          messageId: idOfChange(change),
          sessionId: session,
          ...scheduled(at),
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
    sendResend: (body) =>
      send(queueNames.notifications, [{ body, messageId: `resend_${body.operationId}_${body.again}` }]),
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
    sendSweep: (sweep, occasion) => {
      const body: SweepMessage = { version: 1, sweep };
      return send(queueNames.sweeps, [{ body, messageId: `sweep_${sweep}_${occasion}` }]);
    },
  };
}

function scheduled(at: number | undefined): Pick<ServiceBusMessage, 'scheduledEnqueueTimeUtc'> {
  return at === undefined ? {} : { scheduledEnqueueTimeUtc: new Date(at) };
}

function idOfChange({ operationId, chunk, postponed, lateWrites, halted }: ChangeMessage): string {
  const parts: (string | number)[] = [operationId, chunk];
  if (postponed !== undefined) parts.push(postponed.times);
  if (lateWrites !== undefined) parts.push('late', lateWrites.since, lateWrites.times);
  if (halted !== undefined) parts.push('halt', halted);
  return parts.join('_');
}

function nameOf(mail: MailMessage): string {
  if ('kind' in mail) return `${mail.kind}_${mail.userId}_${mail.at}`;
  return [mail.operationId, mail.userId, ...(mail.again === undefined ? [] : [mail.again])].join('_');
}

async function connect(settings: Settings): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  const retryOptions = { maxRetries: 2, retryDelayInMs: 200, timeoutInMs: 10_000 };
  if (settings.ServiceBusConnection !== undefined)
    return new ServiceBusClient(settings.ServiceBusConnection, { retryOptions });
  const namespace = requiredSetting(settings, 'ServiceBusConnection__fullyQualifiedNamespace');
  return new ServiceBusClient(namespace, await azureCredential(settings), { retryOptions });
}
