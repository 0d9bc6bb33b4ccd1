import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RpcTypedData } from '../app/rpc.ts';
import { withoutIdleZeros } from '../dotNetTime.ts';
import { overwriteFromBody } from './bodyProperties.ts';
import { propertiesToJson } from './typedProperties.ts';

/** .NET's DateTimeOffset.MaxValue. */
const NEVER_EXPIRES = '9999-12-31T23:59:59.9999999';

/** A message as the real host hands it to the worker. */
export interface TriggerData {
  readonly input: RpcTypedData;
  readonly triggerMetadata: Record<string, RpcTypedData>;
}

/**
 * The data that the Service Bus extension sends for one message: the body as a string, and the metadata in the kinds
 * that its values have after .NET (strings as string, everything else as JSON; missing values are left out). Of the
 * objects for settlement, which mean nothing outside of .NET, only the names are sent. A time whose name ends with
 * `Utc` has no zone.
 */
export function toTriggerData(message: ServiceBusReceivedMessage): TriggerData {
  const body = bodyText(message.body);
  const expiresAt = expiry(message.expiresAtUtc);
  const properties = propertiesToJson(message.applicationProperties ?? {});
  const metadata: Record<string, RpcTypedData | undefined> = {
    MessageReceiver: { json: '{}' },
    MessageSession: message.sessionId === undefined ? undefined : { json: '{}' },
    MessageActions: { json: '{}' },
    SessionActions: message.sessionId === undefined ? undefined : { json: '{}' },
    ReceiveActions: { json: '{}' },
    Client: { json: '{}' },
    // .NET counts the delivery that is under way, the JavaScript client only those before it.
    DeliveryCount: json((message.deliveryCount ?? 0) + 1),
    DeadLetterSource: string(message.deadLetterSource),
    LockToken: string(message.lockToken),
    ExpiresAtUtc: json(expiresAt),
    ExpiresAt: json(`${expiresAt}+00:00`),
    EnqueuedTimeUtc: message.enqueuedTimeUtc && json(utc(message.enqueuedTimeUtc)),
    EnqueuedTime: message.enqueuedTimeUtc && json(`${utc(message.enqueuedTimeUtc)}+00:00`),
    MessageId: string(message.messageId),
    ContentType: string(message.contentType),
    ReplyTo: string(message.replyTo),
    SequenceNumber: message.sequenceNumber && { json: message.sequenceNumber.toString() },
    To: string(message.to),
    Subject: string(message.subject),
    Label: string(message.subject),
    CorrelationId: string(message.correlationId),
    ApplicationProperties: { json: properties },
    UserProperties: { json: properties },
    SessionId: string(message.sessionId),
    ReplyToSessionId: string(message.replyToSessionId),
    PartitionKey: string(message.partitionKey),
  };
  const known = Object.entries(metadata).filter((entry): entry is [string, RpcTypedData] => entry[1] !== undefined);
  return { input: { string: body }, triggerMetadata: overwriteFromBody(Object.fromEntries(known), body) };
}

/** The body as text. It was not parsed by the client, so data sections arrive as bytes, AMQP values as they are. */
function bodyText(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function string(value: string | number | Uint8Array | undefined): RpcTypedData | undefined {
  if (value === undefined || value === null) return undefined;
  return { string: value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value) };
}

function json(value: unknown): RpcTypedData {
  return { json: JSON.stringify(value) };
}

/** A message without a time to live has none, or one so long that it ends after all time that .NET knows. */
function expiry(expiresAt: Date | undefined): string {
  return expiresAt === undefined || expiresAt.getUTCFullYear() > 9999 ? NEVER_EXPIRES : utc(expiresAt);
}

/** ISO time without a zone. */
function utc(date: Date): string {
  return withoutIdleZeros(date.toISOString().replace('Z', ''));
}
