import { z } from 'zod';
import { invalidArgument, notImplemented, ServiceBusFault, sessionLockLost } from '../engine/fault.ts';
import type { Queue } from '../engine/queue.ts';
import type { Session } from '../engine/session.ts';
import { Consumer } from './consumer.ts';
import { type Content, encodeMessage, readMessage } from './content.ts';
import { uuidBytes, uuidText } from './guid.ts';
import type { Reply } from './requests.ts';
import type { AmqpMessage } from './rhea.ts';
import { int, longs, symbol, timestamp, timestamps, uuid } from './values.ts';

/** A request to the management node of one queue. */
interface Request {
  readonly queue: Queue<Content>;
  readonly body: unknown;
  /** The link of the receiver in whose name the client asks. */
  readonly linkName: string | undefined;
  readonly newMessageId: () => string;
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
const properties = z.record(z.string(), z.unknown()).nullish();

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
  'properties-to-modify': properties,
});
const ofSession = z.object({ 'session-id': sessionId });
const setSessionState = ofSession.extend({ 'session-state': z.unknown() });
const listSessions = z.object({ skip: z.number(), top: z.number() });

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
        message: encodeMessage(message),
        'lock-token': uuid(message.lock === undefined ? NO_LOCK_TOKEN : uuidBytes(message.lock.token)),
      })),
    };
  },

  'com.microsoft:update-disposition': ({ queue, body }) => {
    const request = read(updateDisposition, body);
    const changes = request['properties-to-modify'] ?? undefined;
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
    heldSession(request, setSessionState).state = state ?? null;
    return {};
  },

  'com.microsoft:get-message-sessions': ({ queue, body }) => {
    const { skip, top } = read(listSessions, body);
    const ids = [...queue.sessionIds()].slice(skip, skip + top);
    return ids.length === 0 ? undefined : { skip: skip + ids.length, 'sessions-ids': ids };
  },
};

/** Carries out a request to the management node of a queue. */
export function manage(queue: Queue<Content>, message: AmqpMessage, newMessageId: () => string): Reply {
  const { operation, 'associated-link-name': linkName } = message.application_properties ?? {};
  try {
    const run = Object.hasOwn(operations, String(operation)) ? operations[String(operation)] : undefined;
    if (run === undefined) throw notImplemented(String(operation));
    const body = run({
      queue,
      body: message.body,
      linkName: typeof linkName === 'string' ? linkName : undefined,
      newMessageId,
    });
    return body === undefined
      ? { properties: { statusCode: int(204), statusDescription: 'No content' }, body: {} }
      : { properties: { statusCode: int(200), statusDescription: 'OK' }, body };
  } catch (error) {
    const fault = error instanceof ServiceBusFault ? error : invalidArgument(String(error));
    return {
      properties: {
        statusCode: int(fault.status),
        statusDescription: fault.message,
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

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (!result.success) throw invalidArgument(`The request is not valid: ${z.prettifyError(result.error)}`);
  return result.data;
}
