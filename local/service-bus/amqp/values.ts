/** AMQP values: how the broker writes the ones that must have a certain type, and reads the ones it needs. */
import rhea from 'rhea';

/** A value with its AMQP type, as rhea writes it. */
export interface Typed {
  readonly type: unknown;
  readonly value: unknown;
}

interface Types {
  wrap(value: unknown): Typed;
  wrap_int(value: number): Typed;
  wrap_long(value: number | Buffer): Typed;
  wrap_symbol(value: string): Typed;
  wrap_timestamp(epochMs: number): Typed;
  wrap_uuid(value: Buffer): Typed;
  wrap_array(values: readonly unknown[], code: number): Typed;
  unwrap(value: Typed): unknown;
  readonly Reader: new (bytes: Buffer) => { read(): Typed };
  readonly Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
}

const types = (rhea as unknown as { readonly types: Types }).types;

const TEXT = 0xb1;
const LONG = 0x81;
const TIMESTAMP = 0x83;

export const int = (value: number): Typed => types.wrap_int(value);
export const symbol = (value: string): Typed => types.wrap_symbol(value);
export const timestamp = (epochMs: number): Typed => types.wrap_timestamp(epochMs);
export const uuid = (bytes: Buffer): Typed => types.wrap_uuid(bytes);
export const longs = (values: readonly number[]): Typed => types.wrap_array(values, LONG);
export const texts = (values: readonly string[]): Typed => types.wrap_array(values, TEXT);
export const timestamps = (epochMs: readonly number[]): Typed => types.wrap_array(epochMs, TIMESTAMP);

/** A point in time as .NET ticks (100 ns since the year 1), in the eight bytes in which the SDK reads it. */
export function ticks(epochMs: number): Typed {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(epochMs) * 10_000n + 621_355_968_000_000_000n);
  return types.wrap_long(bytes);
}

export function encodeValue(value: unknown): Buffer {
  const writer = new types.Writer();
  writer.write(types.wrap(value));
  return writer.toBuffer();
}

/** A value that rhea has read, with its type, encoded again as it was. */
export function encodeTyped(value: Typed): Buffer {
  const writer = new types.Writer();
  writer.write(value);
  return writer.toBuffer();
}

export function decodeValue(bytes: Buffer): unknown {
  return types.unwrap(new types.Reader(bytes).read());
}
