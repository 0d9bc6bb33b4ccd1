import { z } from 'zod';
import {
  invalidArgument,
  messageTooLarge,
  notImplemented,
  ServiceBusFault,
  serverBusy,
  sessionLockLost,
} from '../engine/fault.ts';
import type { Session } from '../engine/message.ts';
import type { Queue } from '../engine/queue.ts';
import type { Traffic } from '../engine/throttle.ts';
import { Consumer } from './consumer.ts';
import { type Content, encodeMessage, readMessage } from './content.ts';
import { describe } from './errors.ts';
import { uuidBytes, uuidText } from './guid.ts';
import type { Namespace } from './namespace.ts';
import { type EncodedValue, encodedEntries } from './properties.ts';
import type { Reply } from './requests.ts';
import type { AmqpMessage } from './rhea.ts';
import { mapElements, splitSections, valueOfSection } from './sections.ts';
import { decodeValue, int, longs, symbol, texts, timestamp, timestamps, uuid } from './values.ts';

/** A request to the management node of one queue. */
interface Request {
  readonly queue: Queue<Content>;
  readonly body: unknown;
  /** The link of the receiver in whose name the client asks. */
  readonly linkName: string | undefined;
  readonly newMessageId: () => string;
  /** An entry of the body that is a map, with the types of its values. */
  readonly typed: (entry: string) => Readonly<Record<string, EncodedValue>>;
}

/** The reply's body; undefined when there is nothing to tell, which has a status of its own. */
type Operation = (request: Request) => Readonly<Record<string, unknown>> | undefined;

const NO_LOCK_TOKEN = Buffer.alloc(16);

const bytes = z.instanceof(Buffer);
// rhea reads a long as a number while it is a safe one, and as its bytes beyond.
const long = z.union([z.number(), bytes.transform((value) => Number(value.readBigInt64BE(0)))]);
const lockTokens = z.array(bytes.transform(uuidText));
const sessionId = z.string();
const optionalSessionId = sessionId.nullish().transform((value) => value ?? undefined);

const renewLock = z.object({ 'lock-tokens': lockTokens });
const peek = z.object({
  'from-sequence-number': long,
  'message-count': z.number(),
  'session-id': optionalSessionId,
  'omit-message-body': z.boolean().nullish(),
});
const schedule = z.object({ messages: z.array(z.object({ message: bytes })) });
const sequenceNumbers = z.object({ 'sequence-numbers': z.array(long) });
const receiveDeferred = sequenceNumbers.extend({
  'receiver-settle-mode': z.number(),
  'session-id': optionalSessionId,
});
const updateDisposition = z.object({
  'lock-tokens': lockTokens,
  // "defered" is how the protocol spells it.
  'disposition-status': z.enum(['completed', 'abandoned', 'defered', 'suspended']),
  'deadletter-reason': z.string().nullish(),
  'deadletter-description': z.string().nullish(),
});
const ofSession = z.object({ 'session-id': sessionId });
const setSessionState = ofSession.extend({ 'session-state': z.unknown() });
const listSessions = z.object({ skip: z.number(), top: z.number(), 'last-updated-time': z.date().nullish() });

/** Times near .NET's maximum: a request for sessions updated since then means all sessions. */
const LATEST_TIME = Date.UTC(9999, 11, 31);

/** The requests that a busy namespace refuses. Requests that end or extend something still work. */
const trafficOf: Readonly<Record<string, Traffic>> = {
  'com.microsoft:peek-message': 'receive',
  'com.microsoft:receive-by-sequence-number': 'receive',
  'com.microsoft:get-message-sessions': 'receive',
  'com.microsoft:schedule-message': 'send',
};

/** The operations of `<queue>/$management` (Microsoft: service-bus-amqp-request-response). */
const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': ({ queue, body }) => {
    const tokens = read(renewLock, body)['lock-tokens'];
    return { expirations: timestamps(tokens.map((token) => queue.renewLock(token))) };
  },

  'com.microsoft:peek-message': ({ queue, body }) => {
    const request = read(peek, body);
    const messages = queue.peek(request['from-sequence-number'], request['message-count'], request['session-id']);
    if (messages.length === 0) return undefined;
    const options = { peeked: true, omitBody: request['omit-message-body'] === true };
    return { messages: messages.map((message) => ({ message: encodeMessage(message, options) })) };
  },

  'com.microsoft:schedule-message': ({ queue, body, newMessageId }) => {
    const messages = read(schedule, body).messages.map(({ message }) => readMessage(message, newMessageId));
    // A dropped duplicate has no sequence number.
    return { 'sequence-numbers': longs(queue.send(messages).map((number) => number ?? 0)) };
  },

  'com.microsoft:cancel-scheduled-message': ({ queue, body }) => {
    queue.cancelScheduled(read(sequenceNumbers, body)['sequence-numbers']);
    return {};
  },

  'com.microsoft:receive-by-sequence-number': ({ queue, body }) => {
    const request = read(receiveDeferred, body);
    const mode = request['receiver-settle-mode'] === 0 ? 'receiveAndDelete' : 'peekLock';
    const messages = queue.receiveDeferred(request['sequence-numbers'], mode, request['session-id']);
    return {
      messages: messages.map((message) => ({
        message: encodeMessage(message, { lockToken: true }),
        'lock-token': uuid(message.lock === undefined ? NO_LOCK_TOKEN : uuidBytes(message.lock.token)),
      })),
    };
  },

  'com.microsoft:update-disposition': ({ queue, body, typed }) => {
    const request = read(updateDisposition, body);
    const changes = typed('properties-to-modify');
    for (const token of request['lock-tokens']) {
      switch (request['disposition-status']) {
        case 'completed':
          queue.complete(token);
          break;
        case 'abandoned':
          queue.abandon(token, changes);
          break;
        case 'defered':
          queue.defer(token, changes);
          break;
        case 'suspended':
          queue.deadLetter(token, {
            reason: request['deadletter-reason'] ?? undefined,
            description: request['deadletter-description'] ?? undefined,
            properties: changes,
          });
      }
    }
    return {};
  },

  'com.microsoft:renew-session-lock': (request) => {
    const session = heldSession(request, ofSession);
    return { expiration: timestamp(request.queue.renewSession(session)) };
  },

  'com.microsoft:get-session-state': (request) => ({ 'session-state': heldSession(request, ofSession).state }),

  'com.microsoft:set-session-state': (request) => {
    const state = read(setSessionState, request.body)['session-state'];
    request.queue.setSessionState(heldSession(request, setSessionState), state ?? null);
    return {};
  },

  'com.microsoft:get-message-sessions': ({ queue, body }) => {
    const { skip, top, 'last-updated-time': since } = read(listSessions, body);
    const stateSetAfter = since && Number(since) < LATEST_TIME ? Number(since) : undefined;
    const ids = queue.sessionIds(stateSetAfter).slice(skip, skip + top);
    return ids.length === 0 ? undefined : { skip: skip + ids.length, 'sessions-ids': texts(ids) };
  },
};

/**
 * Carries out a request to the management node of a queue.
 * @param encoded the request as it came
 */
export function manage(queue: Queue<Content>, message: AmqpMessage, encoded: Buffer, namespace: Namespace): Reply {
  const { newMessageId, maxMessageBytes, throttle } = namespace;
  const { operation: name, 'associated-link-name': linkName } = message.application_properties ?? {};
  const operation = String(name);
  try {
    if (encoded.length > maxMessageBytes) throw messageTooLarge(encoded.length, maxMessageBytes);
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (run === undefined) throw notImplemented(`${operation} is not implemented by this emulator.`);
    const traffic = trafficOf[operation];
    if (traffic !== undefined && throttle.refuses(queue.name, traffic)) throw serverBusy();
    const body = run({
      queue,
      body: message.body,
      linkName: typeof linkName === 'string' ? linkName : undefined,
      newMessageId,
      typed: (entry) => encodedEntries(entryOfBody(encoded, entry)),
    });
    return body === undefined
      ? { properties: { statusCode: int(204), statusDescription: 'No content' }, body: {} }
      : { properties: { statusCode: int(200), statusDescription: 'OK' }, body };
  } catch (error) {
    const fault = error instanceof ServiceBusFault ? error : invalidArgument(String(error));
    return {
      properties: {
        statusCode: int(fault.status),
        statusDescription: describe(fault),
        errorCondition: symbol(fault.condition),
      },
      body: {},
    };
  }
}

/** The session that a request is about. Only its holder may ask, where the request says who asks. */
function heldSession(request: Request, schema: typeof ofSession): Session<Content> {
  const id = read(schema, request.body)['session-id'];
  const session = request.queue.heldSession(id);
  const { holder } = session;
  const isOther = holder instanceof Consumer && holder.link.name !== request.linkName;
  if (request.linkName !== undefined && isOther) throw sessionLockLost(id);
  return session;
}

/** An entry of a request's body, still encoded. */
function entryOfBody(request: Buffer, entry: string): Buffer | undefined {
  const section = splitSections(request).body[0];
  const elements = section === undefined ? [] : mapElements(section.subarray(valueOfSection(section)));
  const at = elements.findIndex((key, index) => index % 2 === 0 && decodeValue(key) === entry);
  return at < 0 ? undefined : elements[at + 1];
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (!result.success) throw invalidArgument(`The request is not valid: ${z.prettifyError(result.error)}`);
  return result.data;
}
