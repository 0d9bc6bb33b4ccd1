import { expect, onTestFinished, test, vi } from 'vitest';
import { encodeValue } from '../../../../local/service-bus/amqp/values.ts';
import type { ServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import type { QueueSettings } from '../../../../local/service-bus/settings.ts';
import { startEmulator } from '../startEmulator.ts';
import { until } from '../until.ts';
import { attachReceiver, attachSender, codes, described, frame, textMessage, transfer, uint, Wire } from './wire.ts';

const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
const ACCEPTED = described(0x24, []);
const flow = (handle: number, credit: number): Buffer =>
  frame(codes.flow, [uint(0), uint(5000), uint(0), uint(5000), uint(handle), uint(0), uint(credit)]);

async function start(
  queues: Record<string, Partial<QueueSettings>> = { q: {} },
  idleTimeoutMs?: number,
): Promise<{ emulator: ServiceBusEmulator; wire: Wire }> {
  const emulator = await startEmulator(queues, idleTimeoutMs === undefined ? {} : { idleTimeoutMs });
  const wire = new Wire(emulator.port);
  await wire.begin();
  return { emulator, wire };
}

test('the connection states the limits that Azure has', async () => {
  const emulator = await startEmulator({});
  const wire = new Wire(emulator.port);
  wire.write(Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 1, 0, 0]), frame(codes.open, ['raw']));
  const { bytes } = await wire.next(codes.open);
  // max-frame-size as uint, channel-max as ushort, idle-time-out as uint
  const limits = Buffer.from([0x70, 0, 1, 0, 0, 0x60, 0x13, 0x87, 0x70, 0, 0, 0xea, 0x60]);
  expect(bytes.includes(limits)).toBe(true);
});

test.each(['/q', 'q', 'amqp://127.0.0.1/q', 'sb://somewhere:5671//q'])(
  '%s is the address of the queue',
  async (address) => {
    const { emulator, wire } = await start();
    wire.write(attachSender(0, 'sender', address), transfer(0, 0, textMessage('hello')));
    await vi.waitFor(() => expect(emulator.queue('q').active).toBe(1), until);
  },
);

test('settle modes are repeated on every kind of link', async () => {
  const { wire } = await start();
  const modes = { sender: Buffer.from([0x50, 1, 0x50, 0]), receiver: Buffer.from([0x50, 0, 0x50, 1]) };
  for (const [index, address] of ['q', '$cbs', 'q/$management', 'nope'].entries()) {
    wire.write(attachSender(index, `s${index}`, address));
    expect((await wire.next(codes.attach)).bytes.includes(modes.sender)).toBe(true);
    wire.write(attachReceiver(index + 10, `r${index}`, address));
    expect((await wire.next(codes.attach)).bytes.includes(modes.receiver)).toBe(true);
  }
});

test('a message that is aborted leaves nothing behind, and the next ones arrive', async () => {
  const { emulator, wire } = await start();
  const whole = textMessage('hello');
  wire.write(
    attachSender(0, 'sender', 'q'),
    transfer(0, 0, whole.subarray(0, 4), { more: true }),
    transfer(0, 0, Buffer.alloc(0), { aborted: true }),
    transfer(0, 1, whole, { aborted: true }),
    transfer(0, 2, whole.subarray(0, 4), { more: true }),
    transfer(0, 2, whole.subarray(4)),
  );
  await vi.waitFor(() => expect(emulator.queue('q').active).toBe(1), until);
  expect(emulator.queue('q').enqueued).toBe(1);
});

test('any number of aborted messages uses up no credit', async () => {
  const { emulator, wire } = await start();
  wire.write(attachSender(0, 'sender', 'q'));
  for (let id = 0; id < 1500; id++) wire.write(transfer(0, id, textMessage('x'), { aborted: true }));
  wire.write(transfer(0, 1500, textMessage('hello')));
  await vi.waitFor(() => expect(emulator.queue('q').active).toBe(1), until);
});

test('a message without an end is refused before it fills the memory', async () => {
  const { emulator, wire } = await start();
  wire.write(attachSender(0, 'sender', 'q'));
  await wire.next(codes.attach);
  const part = Buffer.alloc(60_000);
  for (let sent = 0; sent < 3_000_000; sent += part.length) wire.write(transfer(0, 0, part, { more: true }));
  const { bytes } = await wire.next(codes.detach);
  expect(bytes.includes('amqp:link:message-size-exceeded')).toBe(true);
  wire.write(transfer(0, 0, part, { more: true }), attachSender(1, 'other', 'q'), transfer(1, 1, textMessage('hello')));
  await vi.waitFor(() => expect(emulator.queue('q').active).toBe(1), until);
});

test('a frame that claims four gigabytes ends the connection', async () => {
  const { emulator, wire } = await start();
  const head = Buffer.from([0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x53, 0x14]);
  wire.write(head);
  await wire.closed();
  expect(emulator.dropConnections()).toBe(0);
});

test('an array that claims four billion empty elements ends the connection', async () => {
  const { wire } = await start();
  // In a flow's properties: an array of nulls.
  const array = Buffer.from([0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40]);
  wire.write(frame(codes.flow, [uint(0), uint(5000), uint(0), uint(5000), array]));
  await wire.closed();
});

test('an outcome for four billion messages is applied to those that there are', async () => {
  const { emulator, wire } = await start();
  wire.write(attachSender(0, 'sender', 'q'), transfer(0, 0, textMessage('1')), transfer(0, 1, textMessage('2')));
  wire.write(attachReceiver(1, 'receiver', 'q'), flow(1, 10));
  await wire.next(codes.transfer);
  await wire.next(codes.transfer);
  for (const first of [0, 5]) {
    wire.write(frame(codes.disposition, [true, uint(first), uint(0xffffffff), false, ACCEPTED]));
    await vi.waitFor(() => expect(emulator.queue('q').completed).toBe(2), until);
  }
  // Likewise for messages that it sent itself.
  wire.write(frame(codes.disposition, [false, uint(0), uint(0xffffffff), true, ACCEPTED]));
  wire.write(transfer(0, 2, textMessage('3')));
  await vi.waitFor(() => expect(emulator.queue('q').enqueued).toBe(3), until);
});

test('an outcome that comes in one piece with the end of its session link is applied', async () => {
  const { emulator, wire } = await start({ q: { requiresSession: true } });
  const session = (id: string): Buffer =>
    described(0x73, [null, null, null, null, null, null, null, null, null, null, id]);
  wire.write(
    attachSender(0, 'sender', 'q'),
    transfer(0, 0, Buffer.concat([session('a'), textMessage('hello')])),
    attachReceiver(1, 'receiver', 'q', { 'com.microsoft:session-filter': 'a' }),
    flow(1, 1),
  );
  await wire.next(codes.transfer);
  wire.write(frame(codes.disposition, [true, uint(0), uint(0), false, ACCEPTED]), frame(codes.detach, [uint(1), true]));
  await wire.next(codes.detach);
  expect(emulator.queue('q')).toMatchObject({ completed: 1, active: 0 });
});

test('a sender and a receiver may have the same name, and be opened again as soon as they are closed', async () => {
  const { emulator, wire } = await start();
  for (let round = 0; round < 3; round++) {
    wire.write(
      attachSender(0, 'name', 'q'),
      attachReceiver(1, 'name', 'q'),
      transfer(0, round, textMessage('hello')),
      frame(codes.detach, [uint(0), true]),
      frame(codes.detach, [uint(1), true]),
    );
  }
  await vi.waitFor(() => expect(emulator.queue('q').active).toBe(3), until);
  expect(wire.isClosed).toBe(false);
});

test('a request is settled before it is answered, and answered without an address for the answer', async () => {
  const { wire } = await start();
  const put = Buffer.concat([
    described(0x73, [1]),
    Buffer.from([
      0x00,
      0x53,
      0x74,
      0xc1,
      25,
      2,
      0xa1,
      9,
      ...Buffer.from('operation'),
      0xa1,
      9,
      ...Buffer.from('put-token'),
    ]),
    textMessage('token'),
  ]);
  wire.write(attachReceiver(1, 'replies', '$cbs'), flow(1, 10), attachSender(0, 'requests', '$cbs'));
  await wire.next(codes.attach);
  await wire.next(codes.attach);
  wire.frames.length = 0;
  wire.write(transfer(0, 0, put));
  const reply = await wire.next(codes.transfer);
  expect(reply.bytes.includes('status-code')).toBe(true);

  // In a session of links the order of what was written shows.
  wire.write(attachReceiver(3, 'answers', 'q/$management'), flow(3, 10), attachSender(2, 'questions', 'q/$management'));
  await wire.next(codes.attach);
  await wire.next(codes.attach);
  wire.frames.length = 0;
  wire.write(transfer(2, 1, put));
  await vi.waitFor(() => expect(wire.frames.some(({ code }) => code === codes.transfer)).toBe(true), until);
  const order = wire.frames
    .map(({ code }) => code)
    .filter((code) => code === codes.disposition || code === codes.transfer);
  expect(order).toEqual([codes.disposition, codes.transfer]);
});

test('a message that is sent settled is not answered, whether it is taken or refused', async () => {
  const { emulator, wire } = await start();
  wire.write(
    attachSender(0, 'sender', 'q'),
    transfer(0, 0, textMessage('hello'), { settled: true }),
    transfer(0, 1, Buffer.from('nonsense'), { settled: true }),
    transfer(0, 2, textMessage('last')),
  );
  await wire.next(codes.disposition);
  expect(emulator.queue('q').enqueued).toBe(2);
  expect(wire.frames.filter(({ code }) => code === codes.disposition)).toEqual([]);
});

test('sessions are listed as an array of texts', async () => {
  const { wire } = await start({ q: { requiresSession: true } });
  const session = (id: string): Buffer =>
    described(0x73, [null, null, null, null, null, null, null, null, null, null, id]);
  const request = Buffer.concat([
    described(0x73, [1]),
    Buffer.from([0x00, 0x53, 0x74, ...encodeValue({ operation: 'com.microsoft:get-message-sessions' })]),
    Buffer.from([0x00, 0x53, 0x77, ...encodeValue({ skip: 0, top: 10 })]),
  ]);
  wire.write(
    attachSender(0, 'sender', 'q'),
    transfer(0, 0, Buffer.concat([session('a'), textMessage('hello')])),
    attachReceiver(1, 'answers', 'q/$management'),
    flow(1, 10),
    attachSender(2, 'questions', 'q/$management'),
    transfer(2, 1, request),
  );
  const { bytes } = await wire.next(codes.transfer);
  const array = Buffer.from([0xf0, 0, 0, 0, 10, 0, 0, 0, 1, 0xb1, 0, 0, 0, 1, 0x61]);
  expect(bytes.includes(array)).toBe(true);
});

test('transactions are refused as not implemented', async () => {
  const { wire } = await start();
  const coordinator = described(0x30, []);
  wire.write(
    frame(codes.attach, ['tx', uint(0), false, null, null, described(0x28, ['tx']), coordinator, null, null, uint(0)]),
  );
  const { bytes } = await wire.next(codes.detach);
  expect(bytes.includes('amqp:not-implemented')).toBe(true);
  expect(bytes.includes('TransactionScope')).toBe(true);
});

test('a client that vanishes loses its messages and its session', async () => {
  const { emulator, wire } = await start({ q: { requiresSession: true } }, 200);
  wire.write(attachReceiver(0, 'receiver', 'q', { 'com.microsoft:session-filter': 'a' }));
  await wire.next(codes.attach);
  // It says nothing from here on. A client that only says that it is there keeps its session.
  const other = new Wire(emulator.port);
  await other.begin();
  const alive = setInterval(() => other.write(EMPTY_FRAME), 50);
  onTestFinished(() => clearInterval(alive));
  await wire.closed();
  expect(other.isClosed).toBe(false);
  other.write(attachReceiver(0, 'other', 'q', { 'com.microsoft:session-filter': 'a' }));
  const { bytes } = await other.next(codes.attach);
  expect(bytes.includes('com.microsoft:locked-until-utc')).toBe(true);
});
