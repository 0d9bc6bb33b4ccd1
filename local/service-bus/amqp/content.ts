import { invalidArgument } from '../engine/fault.ts';
import type { NewMessage, Properties, QueuedMessage } from '../engine/message.ts';
import { uuidBytes } from './guid.ts';
import { EncodedValue } from './properties.ts';
import { encodeSection, type Sections, sectionElements, splitSections } from './sections.ts';
import { decodeValue, encodeValue, symbol, uuid } from './values.ts';

/** A message as it was sent, cut so that the broker's own parts can be written around it at every delivery. */
export interface Content {
  /** The header's first four fields, encoded: durable, priority, time to live, first acquirer. */
  readonly headerFields: readonly Buffer[];
  /** The annotations that are not the broker's, encoded: keys and values in turn. */
  readonly annotations: Buffer;
  readonly annotationCount: number;
  /** The time to live that its sender wanted, in milliseconds. */
  readonly timeToLiveMs: number | undefined;
  /** When it was made, in epoch milliseconds, where its sender said that and when it is to expire. */
  readonly createdAt: number | undefined;
  /** Whole sections. */
  readonly properties: Buffer;
  readonly applicationProperties: Buffer | undefined;
  readonly body: Buffer;
}

export type AmqpQueuedMessage = QueuedMessage<Content>;

const HEADER = 0x70;
const DELIVERY_ANNOTATIONS = 0x71;
const ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;

const NULL = Buffer.from([0x40]);
const HEADER_FIELDS_OF_SENDER = 4;
const TIME_TO_LIVE = 2;
const MAX_UINT = 2 ** 32 - 1;
const MESSAGE_ID = 0;
const EXPIRY_TIME = 8;
const CREATION_TIME = 9;
const SESSION_ID = 10;

const MAX_ID_LENGTH = 128;

const SCHEDULED_TIME = 'x-opt-scheduled-enqueue-time';

const encodedSymbol = (name: string): Buffer => Buffer.from(encodeValue(symbol(name)));
const ENQUEUED_TIME = encodedSymbol('x-opt-enqueued-time');
const SEQUENCE_NUMBER = encodedSymbol('x-opt-sequence-number');
const ENQUEUE_SEQUENCE_NUMBER = encodedSymbol('x-opt-enqueue-sequence-number');
const LOCKED_UNTIL = encodedSymbol('x-opt-locked-until');
const MESSAGE_STATE = encodedSymbol('x-opt-message-state');
const LOCK_TOKEN = encodedSymbol('x-opt-lock-token');

const OWN_ANNOTATIONS = new Set([
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-locked-until',
  'x-opt-message-state',
]);

const SHORT_TEXT = 0xa1;
const LONG_TEXT = 0xb1;
const LONG = 0x81;
const TIMESTAMP = 0x83;
const MESSAGE_STATES = { active: 0, deferred: 1, scheduled: 2, gone: 0 } as const;

/**
 * Reads an encoded message. The bytes are copied, so that a message does not keep those of its batch in memory.
 * A message without an id gets one: the SDK cannot renew the lock of one without.
 * @throws Error when the bytes are no message.
 */
export function readMessage(bytes: Buffer, newMessageId: () => string): NewMessage<Content> {
  const sections = splitSections(Buffer.from(bytes));
  const header = elementsOf(sections.header);
  const properties = elementsOf(sections.properties);
  const { annotations, scheduledAt } = readAnnotations(sections);
  const messageId = fieldValue(properties[MESSAGE_ID]) ?? newMessageId();
  const expiresAt = numberOrUndefined(fieldValue(properties[EXPIRY_TIME]));
  const createdAt = expiresAt === undefined ? undefined : numberOrUndefined(fieldValue(properties[CREATION_TIME]));
  // The header cannot say more than 49 days: clients then say it by these two.
  const timeToLiveMs =
    createdAt === undefined ? numberOrUndefined(fieldValue(header[TIME_TO_LIVE])) : Number(expiresAt) - createdAt;
  requireShort('message-id', messageId);
  requireShort('session id', fieldValue(properties[SESSION_ID]));
  requireTextKeys(elementsOf(sections.applicationProperties));
  return {
    content: {
      headerFields: header.slice(0, HEADER_FIELDS_OF_SENDER),
      timeToLiveMs,
      createdAt,
      annotations: Buffer.concat(annotations),
      annotationCount: annotations.length,
      properties: withMessageId(sections.properties, properties, messageId),
      applicationProperties: sections.applicationProperties,
      body: sections.body.length === 1 ? (sections.body[0] as Buffer) : Buffer.concat(sections.body),
    },
    messageId: Buffer.isBuffer(messageId) ? messageId.toString('hex') : String(messageId),
    sessionId: textOrUndefined(fieldValue(properties[SESSION_ID])),
    timeToLiveMs,
    scheduledAt,
  };
}

export interface EncodeOptions {
  /** A peeked message shows its state, and no lock. */
  readonly peeked?: boolean;
  readonly omitBody?: boolean;
  /** A deferred message has no delivery tag: its lock token stands in the message. */
  readonly lockToken?: boolean;
}

/** Writes a message as a receiver gets it. */
export function encodeMessage(message: AmqpQueuedMessage, options: EncodeOptions = {}): Buffer {
  const { content } = message;
  const parts = [encodeHeader(message)];
  if (options.lockToken && message.lock !== undefined) {
    const token = encodeValue(uuid(uuidBytes(message.lock.token)));
    parts.push(encodeSection(DELIVERY_ANNOTATIONS, 'map', [LOCK_TOKEN, token], 2));
  }
  parts.push(encodeAnnotations(message, options.peeked === true), encodeProperties(message));
  const applicationProperties = encodeApplicationProperties(content.applicationProperties, message.properties);
  if (applicationProperties !== undefined) parts.push(applicationProperties);
  if (!options.omitBody) parts.push(content.body);
  return Buffer.concat(parts);
}

/** With the time to live that holds here, which may be the queue's. */
function encodeHeader({ content, timeToLiveMs, deliveryCount }: AmqpQueuedMessage): Buffer {
  const [durable, priority, sent, firstAcquirer] = content.headerFields;
  const timeToLive = timeToLiveMs === undefined ? sent : uint(Math.min(timeToLiveMs, MAX_UINT));
  const fields = [durable, priority, timeToLive, firstAcquirer].map((field) => field ?? NULL);
  return encodeSection(HEADER, 'list', [...fields, uint(deliveryCount)], HEADER_FIELDS_OF_SENDER + 1);
}

/** With the time of expiry that follows from the time to live, where that is the queue's. */
function encodeProperties({ content, timeToLiveMs }: AmqpQueuedMessage): Buffer {
  const { properties, createdAt } = content;
  if (createdAt === undefined || timeToLiveMs === undefined || timeToLiveMs === content.timeToLiveMs) return properties;
  const fields = sectionElements(properties);
  fields[EXPIRY_TIME] = eightBytes(TIMESTAMP, createdAt + timeToLiveMs);
  return encodeSection(PROPERTIES, 'list', fields, fields.length);
}

function encodeAnnotations(message: AmqpQueuedMessage, peeked: boolean): Buffer {
  const { annotations, annotationCount } = message.content;
  const own = [
    ENQUEUED_TIME,
    eightBytes(TIMESTAMP, message.enqueuedAt),
    SEQUENCE_NUMBER,
    eightBytes(LONG, message.sequenceNumber),
  ];
  if (message.originalSequenceNumber !== undefined) {
    own.push(ENQUEUE_SEQUENCE_NUMBER, eightBytes(LONG, message.originalSequenceNumber));
  }
  if (message.lock !== undefined && !peeked) own.push(LOCKED_UNTIL, eightBytes(TIMESTAMP, message.lock.lockedUntil));
  const state = !peeked && message.wasScheduled && message.state === 'active' ? 'scheduled' : message.state;
  if (peeked || state !== 'active') own.push(MESSAGE_STATE, smallInt(MESSAGE_STATES[state]));
  return encodeSection(ANNOTATIONS, 'map', [annotations, ...own], annotationCount + own.length);
}

/** Replaces and adds properties, leaving the others as they were written. */
function encodeApplicationProperties(section: Buffer | undefined, changes: Properties | undefined): Buffer | undefined {
  if (changes === undefined) return section;
  const elements = elementsOf(section);
  const merged: Buffer[] = [];
  for (let index = 0; index + 1 < elements.length; index += 2) {
    const key = elements[index] as Buffer;
    if (!Object.hasOwn(changes, String(decodeValue(key)))) merged.push(key, elements[index + 1] as Buffer);
  }
  for (const [name, value] of Object.entries(changes)) {
    merged.push(encodeValue(name), value instanceof EncodedValue ? value.bytes : encodeValue(value));
  }
  return encodeSection(APPLICATION_PROPERTIES, 'map', merged, merged.length);
}

function readAnnotations(sections: Sections): { annotations: Buffer[]; scheduledAt: number | undefined } {
  const elements = elementsOf(sections.annotations);
  const annotations: Buffer[] = [];
  let scheduledAt: number | undefined;
  for (let index = 0; index + 1 < elements.length; index += 2) {
    const [key, value] = [elements[index] as Buffer, elements[index + 1] as Buffer];
    const name = String(decodeValue(key));
    if (OWN_ANNOTATIONS.has(name)) continue;
    annotations.push(key, value);
    if (name === SCHEDULED_TIME) scheduledAt = numberOrUndefined(decodeValue(value));
  }
  return { annotations, scheduledAt };
}

function requireShort(name: string, id: unknown): void {
  if (typeof id === 'string' && id.length > MAX_ID_LENGTH)
    throw invalidArgument(`The ${name} is longer than ${MAX_ID_LENGTH} characters.`);
}

/** Properties are only taken apart when they are changed, long after their sender could be told that they are wrong. */
function requireTextKeys(elements: readonly Buffer[]): void {
  for (let index = 0; index < elements.length; index += 2) {
    const code = elements[index]?.[0];
    if (code !== SHORT_TEXT && code !== LONG_TEXT)
      throw new Error('An application property has a name that is no text.');
  }
}

function withMessageId(section: Buffer | undefined, fields: readonly Buffer[], messageId: unknown): Buffer {
  if (section !== undefined && fieldValue(fields[MESSAGE_ID]) !== undefined) return section;
  const others = fields.slice(MESSAGE_ID + 1);
  return encodeSection(PROPERTIES, 'list', [encodeValue(messageId), ...others], others.length + 1);
}

function elementsOf(section: Buffer | undefined): Buffer[] {
  return section === undefined ? [] : sectionElements(section);
}

function fieldValue(field: Buffer | undefined): unknown {
  return field === undefined ? undefined : (decodeValue(field) ?? undefined);
}

function textOrUndefined(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Also for points in time, which are read as dates. */
function numberOrUndefined(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : Number(value);
}

function eightBytes(code: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = code;
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), 1);
  bytes.writeUInt32BE(value % 2 ** 32, 5);
  return bytes;
}

function smallInt(value: number): Buffer {
  return Buffer.from([0x54, value]);
}

function uint(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(5);
  bytes[0] = 0x70;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}
