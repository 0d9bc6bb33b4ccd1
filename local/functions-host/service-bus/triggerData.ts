import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RpcTypedData } from '../app/rpc.ts';

/** .NET's DateTimeOffset.MaxValue: a message without a time to live expires then. */
const NEVER_EXPIRES = '9999-12-31T23:59:59.9999999';

/** A message as the real host hands it to the worker. */
export interface TriggerData {
  readonly input: RpcTypedData;
  readonly triggerMetadata: Record<string, RpcTypedData>;
}

/**
 * What the Service Bus extension sends for one message: the body as a string, and the metadata in the kinds that its
 * values have after .NET (strings as string, everything else as JSON; missing values are left out). Of the objects
 * for settlement, which mean nothing outside of .NET, only the names are sent.
 */
export function toTriggerData(message: ServiceBusReceivedMessage): TriggerData {
  const body = bodyText(message.body);
  const expiresAt = message.expiresAtUtc && utc(message.expiresAtUtc);
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
    ExpiresAtUtc: json(`${expiresAt ?? NEVER_EXPIRES}Z`),
    ExpiresAt: json(`${expiresAt ?? NEVER_EXPIRES}+00:00`),
    EnqueuedTimeUtc: message.enqueuedTimeUtc && json(`${utc(message.enqueuedTimeUtc)}Z`),
    EnqueuedTime: message.enqueuedTimeUtc && json(`${utc(message.enqueuedTimeUtc)}+00:00`),
    MessageId: string(message.messageId),
    ContentType: string(message.contentType),
    ReplyTo: string(message.replyTo),
    SequenceNumber: message.sequenceNumber && { json: message.sequenceNumber.toString() },
    To: string(message.to),
    Subject: string(message.subject),
    Label: string(message.subject),
    CorrelationId: string(message.correlationId),
    ApplicationProperties: json(message.applicationProperties ?? {}),
    UserProperties: json(message.applicationProperties ?? {}),
    SessionId: string(message.sessionId),
    ReplyToSessionId: string(message.replyToSessionId),
    PartitionKey: string(message.partitionKey),
  };
  const known = Object.entries(metadata).filter((entry): entry is [string, RpcTypedData] => entry[1] !== undefined);
  return { input: { string: body }, triggerMetadata: overwriteFromBody(Object.fromEntries(known), body) };
}

/**
 * Lets the properties of a JSON body overwrite metadata of the same name, whatever their case, as the real host does
 * (Utility.ApplyBindingData in Azure/azure-functions-host): not arrays, not null, scalars as .NET writes them.
 */
export function overwriteFromBody(metadata: Record<string, RpcTypedData>, body: string): Record<string, RpcTypedData> {
  const text = body.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return metadata;
  let properties: Record<string, unknown>;
  try {
    properties = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The real host takes a body that is not JSON for what it is: a body without properties.
    return metadata;
  }
  const merged = { ...metadata };
  const names = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [property, value] of Object.entries(properties)) {
    if (value === null || Array.isArray(value)) continue;
    const name = names.get(property.toLowerCase()) ?? property;
    names.set(property.toLowerCase(), name);
    merged[name] = typeof value === 'object' ? { json: JSON.stringify(value) } : { string: dotNetText(value) };
  }
  return merged;
}

/** The body as text. It was not parsed by the client, so data sections arrive as bytes, AMQP values as they are. */
function bodyText(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function dotNetText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function string(value: string | number | Uint8Array | undefined): RpcTypedData | undefined {
  if (value === undefined || value === null) return undefined;
  return { string: value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value) };
}

function json(value: unknown): RpcTypedData {
  return { json: JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)) };
}

/** ISO time without a zone, and without the fraction when there is none. */
function utc(date: Date): string {
  return date.toISOString().replace(/(\.000)?Z$/, '');
}
