/**
 * rhea is a client library that can also accept connections. What a broker needs beyond that (refusing and delaying
 * links, answering drains, settling one delivery at a time, taking messages undecoded) is reached through its
 * internals: here and in `links.ts`, `receiving.ts`, `sessions.ts` and `settle.ts`.
 */
import rhea from 'rhea';
import type { AmqpConnection, AmqpError } from './rheaTypes.ts';

interface Rhea {
  create_container(options: { readonly id: string }): {
    readonly options: Record<string, unknown>;
    readonly sasl_server_mechanisms: Record<string, unknown> & {
      enable_anonymous(): void;
      enable_plain(check: () => boolean): void;
    };
    create_connection(options: Readonly<Record<string, unknown>>): AmqpConnection;
  };
  readonly message: {
    accepted(): { described(): unknown };
    rejected(fields: { readonly error: unknown }): { described(): unknown };
    decode(bytes: Buffer): AmqpMessage;
  };
  readonly types: {
    wrap_error(error: AmqpError): unknown;
    readonly Reader: { readonly prototype: { read_array_items(count: number, type: { width: number }): unknown } };
  };
}

/** A decoded message, as requests to `$cbs` and `$management` are read. */
export interface AmqpMessage {
  readonly message_id?: unknown;
  readonly reply_to?: unknown;
  readonly application_properties?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export const library = rhea as unknown as Rhea;

/**
 * Deliveries that a session holds unsettled. How many a client takes, it says itself, by its window; clients built on
 * rhea take 2048.
 */
const SESSION_BUFFER = { incoming: 2048, outgoing: 65_536 };

/** The largest frame, in bytes, and the highest channel, as Azure has them. */
export const MAX_FRAME_BYTES = 65_536;
const CHANNEL_MAX = 4_999;

/** Elements of an array that take no bytes of their own. No client sends any. */
const MAX_EMPTY_ELEMENTS = 1_024;

/** How many messages a client may have on the way to the broker on one link. */
const PRODUCER_CREDIT = 1000;

/**
 * Creates a factory of connections that wait for a client's socket. Every SASL mechanism of the SDKs is let in.
 * @param idleTimeoutMs a client that is silent for twice as long is taken for gone
 */
export function connectionFactory(idleTimeoutMs: number): () => AmqpConnection {
  limitArrays();
  const container = library.create_container({ id: 'service-bus-emulator' });
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  container.sasl_server_mechanisms.MSSBCBS = () => ({ outcome: undefined, start: letIn });
  container.options.receiver_options = { autoaccept: false, credit_window: PRODUCER_CREDIT };
  // Otherwise a message that is abandoned or deferred would also count as released.
  container.options.sender_options = { treat_modified_as_released: false };
  return () =>
    container.create_connection({
      session_buffer_size: SESSION_BUFFER,
      tcp_no_delay: true,
      max_frame_size: MAX_FRAME_BYTES,
      channel_max: CHANNEL_MAX,
      idle_time_out: idleTimeoutMs,
    });
}

function letIn(this: { outcome: boolean | undefined; username?: string }): void {
  this.outcome = true;
  this.username = 'anonymous';
}

/** Rejects frames that are larger than the announced maximum, instead of waiting for up to 4 GB. */
export function limitFrames({ transport }: AmqpConnection): void {
  const peekSize = transport.peek_size;
  transport.peek_size = (bytes) => {
    const size = peekSize.call(transport, bytes);
    if (size !== undefined && size > MAX_FRAME_BYTES) throw new Error(`A frame of ${size} bytes is too large.`);
    return size;
  };
}

/**
 * A few bytes can announce four billion elements of a type that has no bytes, for each of which rhea makes an object.
 */
function limitArrays(): void {
  const { prototype } = library.types.Reader;
  if (Object.hasOwn(prototype, 'isLimited')) return;
  const readItems = prototype.read_array_items;
  prototype.read_array_items = function (count, type) {
    if (type.width === 0 && count > MAX_EMPTY_ELEMENTS) throw new Error(`An array of ${count} elements is too large.`);
    return readItems.call(this, count, type);
  };
  Object.defineProperty(prototype, 'isLimited', { value: true });
}

export function decodeMessage(bytes: Buffer): AmqpMessage {
  return library.message.decode(bytes);
}
