import { createConnection, type Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import { encodeSection } from '../../../../local/service-bus/amqp/sections.ts';
import { encodeValue } from '../../../../local/service-bus/amqp/values.ts';
import { until } from '../until.ts';

const HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 1, 0, 0]);

/** Codes of the frames of AMQP (part 2.7). */
export const codes = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
} as const;

/** A frame that was received. */
export interface Frame {
  readonly code: number;
  readonly bytes: Buffer;
}

/** A client that writes frames byte by byte, also such as no library would. */
export class Wire {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  isClosed = false;
  #received = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = createConnection(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    this.socket.on('data', (bytes) => this.#read(bytes));
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  /** Opens the connection and a session. */
  async begin(): Promise<void> {
    this.write(HEADER, frame(codes.open, ['raw']), frame(codes.begin, [null, uint(0), uint(5000), uint(5000)]));
    await this.next(codes.begin);
  }

  write(...bytes: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** Waits for the first frame of a kind, and forgets it and all before it. */
  async next(code: number): Promise<Frame> {
    const index = await vi.waitFor(() => {
      const found = this.frames.findIndex((one) => one.code === code);
      if (found < 0) throw new Error(`No frame ${code.toString(16)} came.`);
      return found;
    }, until);
    return this.frames.splice(0, index + 1)[index] as Frame;
  }

  closed(): Promise<void> {
    return vi.waitFor(() => {
      if (!this.isClosed) throw new Error('The connection is still open.');
    }, until);
  }

  #read(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.subarray(0, 4).toString() === 'AMQP') this.#received = this.#received.subarray(8);
    while (this.#received.length >= 4) {
      const size = this.#received.readUInt32BE(0);
      if (this.#received.length < size) return;
      const one = this.#received.subarray(0, size);
      this.#received = this.#received.subarray(size);
      // An empty frame only says that the other end is alive.
      if (size > 8) this.frames.push({ code: one[10] as number, bytes: one });
    }
  }
}

/** A frame on channel 0, with the fields of its kind in their order: encoded, or plain values. */
export function frame(code: number, fields: readonly unknown[], payload: Buffer = Buffer.alloc(0)): Buffer {
  const encoded = fields.map((field) => (Buffer.isBuffer(field) ? field : Buffer.from(encodeValue(field))));
  const body = Buffer.concat([encodeSection(code, 'list', encoded, encoded.length), payload]);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head[4] = 2;
  return Buffer.concat([head, body]);
}

export function uint(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = 0x70;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

export const ubyte = (value: number): Buffer => Buffer.from([0x50, value]);

/** A list with a code in front, as sources, targets and outcomes are written. */
export const described = (code: number, fields: readonly unknown[]): Buffer =>
  encodeSection(
    code,
    'list',
    fields.map((field) => (Buffer.isBuffer(field) ? field : Buffer.from(encodeValue(field)))),
    fields.length,
  );

const SOURCE = 0x28;
const TARGET = 0x29;

/** An attach of a sender: handle, name and queue are given. */
export const attachSender = (handle: number, name: string, address: string): Buffer =>
  frame(codes.attach, [
    name,
    uint(handle),
    false,
    ubyte(1),
    ubyte(0),
    described(SOURCE, [name]),
    described(TARGET, [address]),
    null,
    null,
    uint(0),
  ]);

/** An attach of a receiver. */
export const attachReceiver = (handle: number, name: string, address: string, filter: unknown = null): Buffer =>
  frame(codes.attach, [
    name,
    uint(handle),
    true,
    ubyte(0),
    ubyte(1),
    described(SOURCE, [address, null, null, null, null, null, null, filter]),
    described(TARGET, [name]),
  ]);

/** A transfer of a part of a message. */
export const transfer = (
  handle: number,
  id: number,
  payload: Buffer,
  { more = false, aborted = false, settled = false } = {},
): Buffer =>
  frame(
    codes.transfer,
    [uint(handle), uint(id), Buffer.from([0xa0, 1, id]), uint(0), settled, more, null, null, false, aborted],
    payload,
  );

/** A message with a text as its body. */
export const textMessage = (text: string): Buffer => Buffer.from([0x00, 0x53, 0x77, ...encodeValue(text)]);
