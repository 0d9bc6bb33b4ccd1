import { createConnection } from 'node:net';
import rhea, { type Connection, type EventContext, type Receiver, type Sender } from 'rhea';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sectionElements, splitSections } from '../../../../local/service-bus/amqp/sections.ts';
import { decodeValue, encodeValue } from '../../../../local/service-bus/amqp/values.ts';
import {
  type ServiceBusEmulator,
  type ServiceBusEmulatorOptions,
  startServiceBusEmulator,
} from '../../../../local/service-bus/emulator.ts';
import type { QueueSettings } from '../../../../local/service-bus/settings.ts';

const until = { timeout: 20_000, interval: 5 };

async function start(
  queues: Record<string, Partial<QueueSettings>>,
  options: Partial<ServiceBusEmulatorOptions> = {},
): Promise<ServiceBusEmulator> {
  const emulator = await startServiceBusEmulator({ ...options, queues });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** A client that speaks AMQP without the habits of the SDK. */
function connect(emulator: ServiceBusEmulator, options: object = {}): Connection {
  const connection = rhea
    .create_container()
    .connect({ port: emulator.port, host: '127.0.0.1', username: 'me', reconnect: false, ...options });
  connection.on('disconnected', () => {});
  onTestFinished(() => connection.close());
  return connection;
}

function once(emitter: Connection | Receiver | Sender, event: string): Promise<EventContext> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

async function send(connection: Connection, queue: string, ...messages: object[]): Promise<void> {
  const sender = connection.open_sender(queue);
  await once(sender, 'sendable');
  for (const message of messages) {
    sender.send(message as never);
    await once(sender, 'accepted');
  }
  sender.close();
}

/** Asks the management node of a queue. */
async function manage(connection: Connection, queue: string, operation: string, body: object) {
  const replies = connection.open_receiver({ source: `${queue}/$management`, target: { address: 'my-replies' } });
  const requests = connection.open_sender(`${queue}/$management`);
  await once(requests, 'sendable');
  requests.send({ message_id: 1, reply_to: 'my-replies', application_properties: { operation }, body } as never);
  const { message } = await once(replies, 'message');
  replies.close();
  requests.close();
  return { status: message?.application_properties?.statusCode, body: message?.body, message };
}

test('a client that gives credit together with its attach gets messages', async () => {
  const emulator = await start({ q: {} });
  await send(connect(emulator), 'q', { body: 1 }, { body: 2 });
  // Opened before the connection is: attach and flow leave in one piece.
  const receiver = connect(emulator).open_receiver({ source: 'q', credit_window: 10 });
  const bodies: unknown[] = [];
  receiver.on('message', ({ message }: EventContext) => bodies.push(message?.body));
  await vi.waitFor(() => expect(bodies).toEqual([1, 2]), until);
  // It settles by itself, without waiting for an answer.
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ active: 0, completed: 2 }), until);
});

test('a drain is answered also when there is nothing left to take back', async () => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(1);
  await once(receiver, 'message');
  receiver.drain_credit();
  await once(receiver, 'receiver_drained');
});

test('a released message is available again, as if it had not been delivered', async () => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  delivery?.release();
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ active: 1, locked: 0, released: 1 }), until);
  receiver.add_credit(1);
  expect((await once(receiver, 'message')).message?.delivery_count).toBe(0);
});

/** A value of each type that a property can have, such as JavaScript has no numbers for. */
const typed = {
  long: rhea.types.wrap_long(5),
  short: rhea.types.wrap_short(5),
  byte: rhea.types.wrap_byte(-5),
  ulong: rhea.types.wrap_ulong(5),
  float: rhea.types.wrap_float(1),
  double: rhea.types.wrap_double(1),
  char: rhea.types.wrap_char(65),
  uuid: rhea.types.wrap_uuid(Buffer.alloc(16, 7)),
  when: rhea.types.wrap_timestamp(77),
  symbol: rhea.types.wrap_symbol('s'),
  span: rhea.types.wrap_described(rhea.types.wrap_long(5) as never, 'com.microsoft:timespan' as never),
};
const encodedMap = Object.entries(typed).map(([name, value]) => [
  name,
  Buffer.from(encodeValue(value)).toString('hex'),
]);

/** The encoded application properties of what is peeked in a queue. */
async function encodedProperties(connection: Connection, queue: string): Promise<[string, string][]> {
  const peek = { 'from-sequence-number': 0, 'message-count': 1 };
  const { body } = await manage(connection, queue, 'com.microsoft:peek-message', peek);
  const { applicationProperties } = splitSections(body.messages[0].message);
  const elements = sectionElements(applicationProperties ?? Buffer.alloc(0));
  return elements.flatMap((key, index): [string, string][] =>
    index % 2 === 0 ? [[String(decodeValue(key)), (elements[index + 1] as Buffer).toString('hex')]] : [],
  );
}

test.each([
  ['abandoned', false, 'q'],
  ['deferred', true, 'q'],
] as const)('properties that are changed as a message is %s keep their types', async (_, undeliverable, queue) => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  const change = { undeliverable_here: undeliverable, message_annotations: typed };
  (delivery as unknown as { modified(params: object): void }).modified(change);
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ locked: 0 }), until);
  expect(await encodedProperties(connection, queue)).toEqual(encodedMap);
});

test('properties that are added to a dead letter keep their types, on both ways', async () => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 }, { body: 2 });
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  const info = { DeadLetterReason: 'why', ...typed };
  delivery?.reject({ condition: 'com.microsoft:dead-letter', info } as never);
  await vi.waitFor(() => expect(emulator.queue('q').deadLetter).toBe(1), until);
  const why = ['DeadLetterReason', Buffer.from(encodeValue('why')).toString('hex')];
  expect(await encodedProperties(connection, 'q/$deadletterqueue')).toEqual([...encodedMap, why]);

  receiver.add_credit(1);
  const second = await once(receiver, 'message');
  const token = second.delivery?.tag as Buffer;
  // The tag is the token with its first groups the other way round.
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    token.subarray(from, to).reverse();
  await manage(connection, 'q', 'com.microsoft:update-disposition', {
    'lock-tokens': rhea.types.wrap_array([token], 0x98, undefined as never),
    'disposition-status': 'defered',
    'properties-to-modify': typed,
  });
  expect(await encodedProperties(connection, 'q')).toEqual(encodedMap);
});

test('a deferred message carries its lock token', async () => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  (delivery as unknown as { modified(params: object): void }).modified({ undeliverable_here: true });
  await vi.waitFor(() => expect(emulator.queue('q').deferred).toBe(1), until);
  const { body } = await manage(connection, 'q', 'com.microsoft:receive-by-sequence-number', {
    'sequence-numbers': rhea.types.wrap_array([1], 0x81, undefined as never),
    'receiver-settle-mode': 1,
  });
  const [{ message, 'lock-token': token }] = body.messages;
  expect(rhea.message.decode(message).delivery_annotations).toEqual({ 'x-opt-lock-token': token });
});

test('a link goes on beyond 2,048 unsettled messages, as far as its client has room', async () => {
  const emulator = await start({ q: {} });
  const sender = connect(emulator).open_sender('q');
  let sent = 0;
  sender.on('sendable', () => {
    while (sent < 5_000 && sender.sendable()) {
      sender.send({ body: sent } as never);
      sent++;
    }
  });
  await vi.waitFor(() => expect(emulator.queue('q').active).toBe(5_000), until);
  const roomy = connect(emulator, { session_buffer_size: 8_192 });
  const receiver = roomy.open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  receiver.add_credit(5_000);
  await vi.waitFor(() => expect(emulator.queue('q').locked).toBe(5_000), until);
  emulator.expireLocks();
  roomy.close();
  // One that has room for 2,048 is sent no more: the others stay free for others.
  const small = connect(emulator).open_receiver({ source: 'q', credit_window: 0, autoaccept: false });
  small.add_credit(5_000);
  await vi.waitFor(() => expect(emulator.queue('q').locked).toBe(2_048), until);
});

test('a wait for a session that is longer than a timer can be is a long one', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const source = { address: 'q', filter: { 'com.microsoft:session-filter': null } as never };
  const properties = { 'com.microsoft:timeout': 2 ** 32 - 1 };
  const receiver = connect(emulator).open_receiver({ source, properties } as never);
  const opened = once(receiver, 'receiver_open');
  await send(connect(emulator), 'q', { body: 1, group_id: 'A' });
  await opened;
  expect(receiver.source.filter).toEqual({ 'com.microsoft:session-filter': 'A' });
});

test('a non-exclusive session is refused as not implemented', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const filter = { 'com.microsoft:non-exclusive-session-filter': 'A' } as never;
  const receiver = connect(emulator).open_receiver({ source: { address: 'q', filter } });
  await once(receiver, 'receiver_error');
  // By these words the .NET client knows that it is not supported.
  expect(receiver.error).toMatchObject({
    condition: 'amqp:not-implemented',
    description: expect.stringMatching(/contains invalid filter type/),
  });
});

test('ids that are too long are refused', async () => {
  const emulator = await start({ q: {} });
  const sender = connect(emulator).open_sender('q');
  await once(sender, 'sendable');
  for (const id of [{ message_id: 'x'.repeat(129) }, { group_id: 'x'.repeat(129) }]) {
    sender.send({ body: 1, ...id } as never);
    const { delivery } = await once(sender, 'rejected');
    expect(delivery?.remote_state?.error).toMatchObject({ condition: 'com.microsoft:argument-error' });
  }
});

test('a message that cannot be read is refused, and the link stays usable', async () => {
  const emulator = await start({ q: {} });
  const sender = connect(emulator).open_sender('q');
  await once(sender, 'sendable');
  sender.send(Buffer.from('nonsense'), undefined, 0);
  const { delivery } = await once(sender, 'rejected');
  expect(delivery?.remote_state?.error).toMatchObject({ condition: 'amqp:decode-error' });
  sender.send({ body: 1 } as never);
  await once(sender, 'accepted');
  expect(emulator.queue('q').active).toBe(1);
});

test('a session filter may be described with its type', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const filter = {
    'com.microsoft:session-filter': rhea.types.wrap_described('A', 'com.microsoft:session-filter' as never),
  };
  const receiver = connect(emulator).open_receiver({ source: { address: 'q', filter: filter as never } });
  await once(receiver, 'receiver_open');
  expect(receiver.source.filter).toEqual({ 'com.microsoft:session-filter': 'A' });
});

test('a client that gave credit before it got a session gets the messages of that session', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const source = { address: 'q', filter: { 'com.microsoft:session-filter': null } as never };
  const receiver = connect(emulator).open_receiver({ source, credit_window: 0 });
  receiver.add_credit(5);
  const received = once(receiver, 'message');
  await send(connect(emulator), 'q', { body: 'hello', group_id: 'A' });
  expect((await received).message?.body).toBe('hello');
});

test('a session that is lost is taken away from its receiver, which is told why', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const filter = { 'com.microsoft:session-filter': 'A' } as never;
  const receiver = connect(emulator).open_receiver({ source: { address: 'q', filter } });
  await once(receiver, 'receiver_open');
  emulator.expireLocks('q');
  await once(receiver, 'receiver_error');
  expect(receiver.error).toMatchObject({ condition: 'com.microsoft:session-lock-lost' });
});

test('whoever gives up waiting for a session does not get one later', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const connection = connect(emulator);
  const source = { address: 'q', filter: { 'com.microsoft:session-filter': null } as never };
  const waiting = connection.open_receiver({ source, name: 'waiting' });
  // What was said before has arrived when something is answered that was asked later.
  const peek = { 'from-sequence-number': 0, 'message-count': 1 };
  await manage(connection, 'q', 'com.microsoft:peek-message', peek);
  waiting.close();
  await manage(connection, 'q', 'com.microsoft:peek-message', peek);
  await send(connection, 'q', { body: 1, group_id: 'B' });
  const next = connection.open_receiver({ source, name: 'next' });
  await once(next, 'receiver_open');
  expect(next.source.filter).toEqual({ 'com.microsoft:session-filter': 'B' });
});

test('sessions with messages or state can be listed, page by page', async () => {
  const emulator = await start({ q: { requiresSession: true } });
  const connection = connect(emulator);
  await send(connection, 'q', ...['A', 'B', 'C'].map((group_id) => ({ body: 1, group_id })));
  const list = (skip: number) => manage(connection, 'q', 'com.microsoft:get-message-sessions', { skip, top: 2 });
  expect((await list(0)).body).toEqual({ skip: 2, 'sessions-ids': ['A', 'B'] });
  expect((await list(2)).body).toEqual({ skip: 3, 'sessions-ids': ['C'] });
  expect((await list(3)).status).toBe(204);
});

test('a peek may leave the bodies out', async () => {
  const emulator = await start({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { subject: 'kept', body: 'large' });
  const { body } = await manage(connection, 'q', 'com.microsoft:peek-message', {
    'from-sequence-number': 0,
    'message-count': 1,
    'omit-message-body': true,
  });
  const peeked = rhea.message.decode(body.messages[0].message);
  expect(peeked.subject).toBe('kept');
  expect(peeked.body).toBeUndefined();
});

test.each([
  ['com.microsoft:renew-lock', { 'lock-tokens': 7 }, 400, 'com.microsoft:argument-error'],
  ['com.microsoft:renew-lock', { 'lock-tokens': [Buffer.alloc(16)] }, 410, 'com.microsoft:message-lock-lost'],
  ['com.microsoft:renew-session-lock', { 'session-id': 'A' }, 410, 'com.microsoft:session-lock-lost'],
  ['com.microsoft:add-rule', {}, 501, 'amqp:not-implemented'],
  ['constructor', {}, 501, 'amqp:not-implemented'],
])('%s with %j is answered with what is wrong', async (operation, body, status, condition) => {
  const emulator = await start({ q: {} });
  const reply = await manage(connect(emulator), 'q', operation, body);
  expect(reply.status).toBe(status);
  expect(reply.message?.application_properties?.errorCondition).toBe(condition);
});

test('nothing can be sent to a dead-letter queue', async () => {
  const emulator = await start({ q: {} });
  const sender = connect(emulator).open_sender('q/$deadletterqueue');
  const { sender: refused } = await once(sender, 'sender_error');
  expect(refused?.error).toMatchObject({ condition: 'amqp:not-allowed' });
});

test.each(['ANONYMOUS', 'MSSBCBS', 'PLAIN'])('clients may authenticate with %s', async (mechanism) => {
  const emulator = await start({ q: {} });
  const socket = createConnection(emulator.port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const name = Buffer.from(mechanism);
  const response = Buffer.from('\0me\0secret');
  const init = Buffer.concat([
    Buffer.from([0x00, 0x53, 0x41, 0xc0, name.length + response.length + 5, 2, 0xa3, name.length]),
    name,
    Buffer.from([0xa0, response.length]),
    response,
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(init.length + 8);
  let received = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
  });
  socket.write(Buffer.concat([Buffer.from('AMQP\x03\x01\x00\x00'), size, Buffer.from([2, 1, 0, 0]), init]));
  // The outcome's code is 0: ok.
  const accepted = Buffer.from([0x00, 0x53, 0x44]);
  await vi.waitFor(() => expect(received.includes(accepted)).toBe(true), until);
  expect(received.subarray(-2)).toEqual(Buffer.from([0x50, 0x00]));
});

test('links over which nothing went for ten minutes are detached, those that were used are not', async () => {
  let now = Date.now();
  const emulator = await start({ q: {} }, { clock: () => now });
  const connection = connect(emulator);
  const idle = {
    sender: connection.open_sender('q'),
    receiver: connection.open_receiver({ source: 'q', credit_window: 0 }),
  };
  const used = {
    sender: connection.open_sender('q'),
    receiver: connection.open_receiver({ source: 'q', name: 'used' }),
  };
  await once(used.sender, 'sendable');
  now += 9 * 60_000;
  used.sender.send({ body: 1 } as never);
  await once(used.receiver, 'message');
  const detached = [once(idle.sender, 'sender_error'), once(idle.receiver, 'receiver_error')];
  now += 60_000;
  await Promise.all(detached);
  for (const { error } of Object.values(idle)) expect(error).toMatchObject({ condition: 'amqp:link:detach-forced' });
  used.sender.send({ body: 2 } as never);
  expect((await once(used.receiver, 'message')).message?.body).toBe(2);
});
