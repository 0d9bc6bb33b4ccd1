import { randomBytes } from 'node:crypto';
import rhea from 'rhea';
import { expect, test } from 'vitest';
import { type Content, encodeMessage, readMessage } from '../../../../local/service-bus/amqp/content.ts';
import { deliveryTag, uuidBytes, uuidText } from '../../../../local/service-bus/amqp/guid.ts';
import { Queue } from '../../../../local/service-bus/engine/queue.ts';
import { defaultQueueSettings } from '../../../../local/service-bus/settings.ts';

const { types, message: messages } = rhea;

function encode(message: object): Buffer {
  return messages.encode(message);
}

/** Sends a message through a queue, and returns how a receiver gets it. */
function deliver(bytes: Buffer, changes?: Record<string, unknown>): Buffer {
  const tools = { clock: () => 1000, newToken: () => '01234567-89ab-cdef-0123-456789abcdef' };
  const queue = new Queue<Content>('q', defaultQueueSettings, tools);
  queue.send([readMessage(bytes, () => 'assigned')]);
  const token = queue.receive('peekLock')?.lock?.token ?? '';
  queue.abandon(token, changes);
  const delivered = queue.receive('peekLock');
  if (delivered === undefined) throw new Error('The message was sent.');
  return encodeMessage(delivered);
}

test('body and typed properties reach the receiver byte by byte', () => {
  const message = {
    message_id: 'id',
    group_id: 'session',
    application_properties: {
      long: types.wrap_long(5),
      ubyte: types.wrap_ubyte(5),
      char: types.wrap_char(65),
      uuid: types.wrap_uuid(randomBytes(16)),
      when: types.wrap_timestamp(77),
    },
    body: { list: [types.wrap_short(3)] },
  };
  const delivered = deliver(encode(message));
  // Without the parts that the broker writes, what is left ends exactly as it was sent.
  const sent = encode({ ...message, header: undefined });
  const tail = sent.subarray(sent.indexOf(Buffer.from([0x00, 0x53, 0x73])));
  expect(delivered.subarray(-tail.length)).toEqual(tail);
});

test('the broker writes its own header field and annotations, and keeps those of the sender', () => {
  const delivered = messages.decode(
    deliver(
      encode({
        durable: true,
        priority: 7,
        ttl: 60_000,
        message_annotations: { 'x-mine': 'kept', 'x-opt-sequence-number': 99, 'x-opt-locked-until': 98 },
        body: 'hello',
      }),
    ),
  );
  expect(delivered).toMatchObject({ durable: true, priority: 7, ttl: 60_000, delivery_count: 1, body: 'hello' });
  expect(delivered.message_annotations).toEqual({
    'x-mine': 'kept',
    'x-opt-enqueued-time': new Date(1000),
    'x-opt-sequence-number': 1,
    'x-opt-locked-until': new Date(61_000),
  });
});

test('changed properties replace those of the same name only', () => {
  const sent = encode({ application_properties: { kept: types.wrap_ubyte(1), changed: 'old' }, body: null });
  const delivered = messages.decode(deliver(sent, { changed: 'new', added: new Date(5), none: null }));
  expect(delivered.application_properties).toEqual({ kept: 1, changed: 'new', added: new Date(5), none: null });
});

test.each([
  ['a text', 'abc', 'abc'],
  ['a number', 7, '7'],
  ['bytes', types.wrap_uuid(Buffer.alloc(16, 0xab)), 'ab'.repeat(16)],
])('a message id may be %s', (_, messageId, expected) => {
  expect(readMessage(encode({ message_id: messageId, body: 1 }), () => 'assigned').messageId).toBe(expected);
});

test('a missing message id is assigned, beside the other properties', () => {
  const read = readMessage(encode({ subject: 'kept', body: 1 }), () => 'assigned');
  expect(read.messageId).toBe('assigned');
  expect(messages.decode(deliver(encode({ subject: 'kept', body: 1 })))).toMatchObject({
    message_id: 'assigned',
    subject: 'kept',
  });
});

test('what is no message is refused', () => {
  const good = encode({ application_properties: { a: 1 }, body: 'hello' });
  const numberAsName = Buffer.from([0x00, 0x53, 0x74, 0xc1, 5, 2, 0x54, 1, 0x54, 2]);
  for (const bytes of [
    Buffer.from('hello'),
    good.subarray(0, good.length - 1),
    Buffer.concat([good, Buffer.from([0x00])]),
    Buffer.alloc(10_000),
    numberAsName,
  ]) {
    expect(() => readMessage(bytes, () => 'assigned')).toThrow();
  }
});

test('a lock token and its delivery tag are the same Guid, in two orders of bytes', () => {
  const token = '00112233-4455-6677-8899-aabbccddeeff';
  expect(uuidText(uuidBytes(token))).toBe(token);
  expect(deliveryTag(token).toString('hex')).toBe('33221100554477668899aabbccddeeff');
});
