import { createConnection } from 'node:net';
import rhea, { type EventContext } from 'rhea';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../startEmulator.ts';
import { until } from '../until.ts';
import { connect, manage, once, receiveByHand, send } from './rheaClient.ts';

test('a client that gives credit together with its attach gets messages', async () => {
  const emulator = await startEmulator({ q: {} });
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
  const emulator = await startEmulator({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = receiveByHand(connection);
  receiver.add_credit(1);
  await once(receiver, 'message');
  receiver.drain_credit();
  await once(receiver, 'receiver_drained');
});

test('a released message is available again, as if it had not been delivered', async () => {
  const emulator = await startEmulator({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = receiveByHand(connection);
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  delivery?.release();
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ active: 1, locked: 0, released: 1 }), until);
  receiver.add_credit(1);
  expect((await once(receiver, 'message')).message?.delivery_count).toBe(0);
});

test('a deferred message carries its lock token', async () => {
  const emulator = await startEmulator({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = receiveByHand(connection);
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

test('a link continues beyond 2,048 unsettled messages, up to the credit of its client', async () => {
  const emulator = await startEmulator({ q: {} });
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
  const receiver = receiveByHand(roomy);
  receiver.add_credit(5_000);
  await vi.waitFor(() => expect(emulator.queue('q').locked).toBe(5_000), until);
  emulator.expireLocks();
  roomy.close();
  // One that has room for 2,048 is sent no more: the others stay free for others.
  const small = receiveByHand(connect(emulator));
  small.add_credit(5_000);
  await vi.waitFor(() => expect(emulator.queue('q').locked).toBe(2_048), until);
});

test('a wait for a session that is longer than a timer can be is a long one', async () => {
  const emulator = await startEmulator({ q: { requiresSession: true } });
  const source = { address: 'q', filter: { 'com.microsoft:session-filter': null } as never };
  const properties = { 'com.microsoft:timeout': 2 ** 32 - 1 };
  const receiver = connect(emulator).open_receiver({ source, properties } as never);
  const opened = once(receiver, 'receiver_open');
  await send(connect(emulator), 'q', { body: 1, group_id: 'A' });
  await opened;
  expect(receiver.source.filter).toEqual({ 'com.microsoft:session-filter': 'A' });
});

test('a non-exclusive session is refused as not implemented', async () => {
  const emulator = await startEmulator({ q: { requiresSession: true } });
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
  const emulator = await startEmulator({ q: {} });
  const sender = connect(emulator).open_sender('q');
  await once(sender, 'sendable');
  for (const id of [{ message_id: 'x'.repeat(129) }, { group_id: 'x'.repeat(129) }]) {
    sender.send({ body: 1, ...id } as never);
    const { delivery } = await once(sender, 'rejected');
    expect(delivery?.remote_state?.error).toMatchObject({ condition: 'com.microsoft:argument-error' });
  }
});

test('a message that cannot be read is refused, and the link stays usable', async () => {
  const emulator = await startEmulator({ q: {} });
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
  const emulator = await startEmulator({ q: { requiresSession: true } });
  const filter = {
    'com.microsoft:session-filter': rhea.types.wrap_described('A', 'com.microsoft:session-filter' as never),
  };
  const receiver = connect(emulator).open_receiver({ source: { address: 'q', filter: filter as never } });
  await once(receiver, 'receiver_open');
  expect(receiver.source.filter).toEqual({ 'com.microsoft:session-filter': 'A' });
});

test('a client that gave credit before it got a session gets the messages of that session', async () => {
  const emulator = await startEmulator({ q: { requiresSession: true } });
  const source = { address: 'q', filter: { 'com.microsoft:session-filter': null } as never };
  const receiver = connect(emulator).open_receiver({ source, credit_window: 0 });
  receiver.add_credit(5);
  const received = once(receiver, 'message');
  await send(connect(emulator), 'q', { body: 'hello', group_id: 'A' });
  expect((await received).message?.body).toBe('hello');
});

test('a lost session is detached from its receiver, with the reason', async () => {
  const emulator = await startEmulator({ q: { requiresSession: true } });
  const filter = { 'com.microsoft:session-filter': 'A' } as never;
  const receiver = connect(emulator).open_receiver({ source: { address: 'q', filter } });
  await once(receiver, 'receiver_open');
  emulator.expireLocks('q');
  await once(receiver, 'receiver_error');
  expect(receiver.error).toMatchObject({ condition: 'com.microsoft:session-lock-lost' });
});

test('a receiver that gives up waiting for a session does not get one later', async () => {
  const emulator = await startEmulator({ q: { requiresSession: true } });
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
  const emulator = await startEmulator({ q: { requiresSession: true } });
  const connection = connect(emulator);
  await send(connection, 'q', ...['A', 'B', 'C'].map((group_id) => ({ body: 1, group_id })));
  const list = (skip: number) => manage(connection, 'q', 'com.microsoft:get-message-sessions', { skip, top: 2 });
  expect((await list(0)).body).toEqual({ skip: 2, 'sessions-ids': ['A', 'B'] });
  expect((await list(2)).body).toEqual({ skip: 3, 'sessions-ids': ['C'] });
  expect((await list(3)).status).toBe(204);
});

test('a peek may leave the bodies out', async () => {
  const emulator = await startEmulator({ q: {} });
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
  const emulator = await startEmulator({ q: {} });
  const reply = await manage(connect(emulator), 'q', operation, body);
  expect(reply.status).toBe(status);
  expect(reply.message?.application_properties?.errorCondition).toBe(condition);
});

test('nothing can be sent to a dead-letter queue', async () => {
  const emulator = await startEmulator({ q: {} });
  const sender = connect(emulator).open_sender('q/$deadletterqueue');
  const { sender: refused } = await once(sender, 'sender_error');
  expect(refused?.error).toMatchObject({ condition: 'amqp:not-allowed' });
});

test.each(['ANONYMOUS', 'MSSBCBS', 'PLAIN'])('clients may authenticate with %s', async (mechanism) => {
  const emulator = await startEmulator({ q: {} });
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
  const emulator = await startEmulator({ q: {} }, { clock: () => now });
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
