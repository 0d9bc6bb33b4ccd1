/**
 * The one place that knows how rhea 3.0.5 works inside. rhea is a client library that can also accept connections; what
 * a broker needs beyond that (refusing and delaying links, answering drains, settling one delivery at a time, taking
 * messages undecoded) is reached through its internals, typed here as far as they are used.
 */
import type { Socket } from 'node:net';
import rhea from 'rhea';
import frames from 'rhea/lib/frames.js';

export interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

export interface AmqpConnection {
  accept(socket: Socket): void;
  /** Tells rhea that the socket is gone, so that it stops its timers. */
  eof(): void;
  on(event: 'session_open' | 'session_close', listener: (context: { readonly session: AmqpSession }) => void): void;
  on(event: 'sender_open' | 'sender_close', listener: (context: { readonly sender: SenderLink }) => void): void;
  on(event: 'receiver_open' | 'receiver_close', listener: (context: { readonly receiver: ReceiverLink }) => void): void;
  on(event: ConnectionEvent, listener: () => void): void;
}

type ConnectionEvent =
  | 'connection_open'
  | 'connection_close'
  | 'connection_error'
  | 'disconnected'
  | 'error'
  | 'protocol_error'
  | 'receiver_error'
  | 'sender_error'
  | 'session_error';

export interface AmqpSession {
  /** Frames that were sent and not settled yet; the buffer holds a fixed number. */
  readonly outgoing: {
    readonly next_delivery_id: number;
    readonly next_pending_delivery: number;
    available(): number;
  };
  readonly incoming: { on_transfer(frame: TransferFrame, link: { readonly _incomplete: unknown }): void };
  readonly connection: { _register(): void };
  output(frame: unknown): void;
}

interface TransferFrame {
  readonly performative: { message_format: number | undefined };
}

interface Terminus {
  readonly address?: string;
  readonly filter?: Readonly<Record<string, unknown>>;
}

export interface AmqpLink {
  readonly name: string;
  readonly session: AmqpSession;
  readonly source: Terminus | null | undefined;
  readonly target: Terminus | null | undefined;
  readonly properties: Readonly<Record<string, unknown>> | null | undefined;
  readonly snd_settle_mode: number;
  readonly rcv_settle_mode: number;
  readonly state: { local_open: boolean; open_requests: number };
  readonly local: {
    readonly attach: {
      source?: unknown;
      target?: unknown;
      properties?: unknown;
      max_message_size?: number;
      snd_settle_mode?: number;
      rcv_settle_mode?: number;
    };
  };
  set_source(source: Terminus): void;
  set_target(target: Terminus): void;
  is_sender(): boolean;
  open(): void;
  close(error?: AmqpError): void;
}

/** A link on which the broker sends: its peer is a receiver. */
export interface SenderLink extends AmqpLink {
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _get_drain(): boolean;
  send(message: Buffer, tag: Buffer, format: 0): OutgoingDelivery;
  send(message: Readonly<Record<string, unknown>>): OutgoingDelivery;
  on(event: 'sender_flow' | 'sender_draining' | 'sendable', listener: () => void): void;
  on(event: Outcome, listener: (context: { readonly delivery: OutgoingDelivery }) => void): void;
}

/** A link on which the broker receives: its peer is a sender. */
export interface ReceiverLink extends AmqpLink {
  on(event: 'message', listener: (context: IncomingMessage) => void): void;
}

export interface IncomingMessage {
  readonly message: Buffer;
  readonly delivery: IncomingDelivery;
  readonly format: number;
}

export type Outcome = 'accepted' | 'rejected' | 'released' | 'modified';

/** What a receiver says with its outcome. */
export interface OutcomeState {
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Readonly<Record<string, unknown>> | null;
  readonly error?: { readonly info?: Readonly<Record<string, unknown>> | null } | null;
}

interface Delivery {
  readonly id: number;
  settled: boolean;
  remote_settled: boolean;
  readonly link: AmqpLink;
}

export interface IncomingDelivery extends Delivery {
  accept(): void;
}

export interface OutgoingDelivery extends Delivery {
  readonly remote_state: OutcomeState | undefined;
  update(settled: boolean, state: unknown): void;
}

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
  readonly types: { wrap_error(error: AmqpError): unknown };
}

/** A decoded message, as requests to `$cbs` and `$management` are read. */
export interface AmqpMessage {
  readonly message_id?: unknown;
  readonly reply_to?: unknown;
  readonly application_properties?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const library = rhea as unknown as Rhea;

/** A message format that nobody uses: rhea hands over the bytes of every format but 0. */
const UNDECODED = 0x00ff00ff;

/** Deliveries that a session holds unsettled in each direction. Clients built on rhea have the same number. */
const SESSION_BUFFER = 2048;

/** How many messages a client may have on the way to the broker on one link. */
const PRODUCER_CREDIT = 1000;

/** Creates a factory of connections that wait for a client's socket. Every SASL mechanism of the SDKs is let in. */
export function connectionFactory(): () => AmqpConnection {
  const container = library.create_container({ id: 'service-bus-emulator' });
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  container.sasl_server_mechanisms.MSSBCBS = () => ({ outcome: undefined, start: letIn });
  container.options.receiver_options = { autoaccept: false, credit_window: PRODUCER_CREDIT };
  // Otherwise a message that is abandoned or deferred would also count as released.
  container.options.sender_options = { treat_modified_as_released: false };
  return () => container.create_connection({ session_buffer_size: SESSION_BUFFER, tcp_no_delay: true });
}

function letIn(this: { outcome: boolean | undefined; username?: string }): void {
  this.outcome = true;
  this.username = 'anonymous';
}

export function decodeMessage(bytes: Buffer): AmqpMessage {
  return library.message.decode(bytes);
}

/** Makes the links of a session hand messages over as bytes, so that the types inside are not lost by decoding. */
export function receiveUndecoded(session: AmqpSession): void {
  const { incoming } = session;
  const receive = incoming.on_transfer;
  incoming.on_transfer = (frame, link) => {
    if (!link._incomplete && !frame.performative.message_format) frame.performative.message_format = UNDECODED;
    receive.call(incoming, frame, link);
  };
}

/** Refuses a link as Service Bus does: attach without a terminus, then detach with the error. */
export function refuseLink(link: AmqpLink, error?: AmqpError): void {
  if (link.is_sender()) link.local.attach.source = undefined;
  else link.local.attach.target = undefined;
  link.open();
  link.close(error);
}

/** Keeps the answer to a link's attach back until the link is opened. Only while the attach is being handled. */
export function holdAttach(link: AmqpLink): void {
  link.state.local_open = false;
  link.state.open_requests = 0;
}

/** How many more messages the link's session can hold. */
export function roomToSend(link: SenderLink): number {
  return link.session.outgoing.available();
}

/**
 * Takes over how a link answers a drain. Returns a function that asks for the answer, to be written after everything
 * that was sent before. rhea itself does not answer when the credit is used up, and clients wait for it.
 */
export function drainAnswer(link: SenderLink): (onAnswered: () => void) => void {
  let answered: (() => void) | undefined;
  link._get_drain = () => {
    const { outgoing } = link.session;
    if (answered === undefined || outgoing.next_pending_delivery < outgoing.next_delivery_id) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    answered();
    answered = undefined;
    return true;
  };
  return (onAnswered) => {
    answered = onAnswered;
    link.issue_flow = true;
    link.session.connection._register();
  };
}

/** Refuses a message that a client sent. */
export function rejectIncoming(delivery: IncomingDelivery, error: AmqpError): void {
  writeRejected(delivery, true, error);
}

/** Confirms a receiver's outcome, or says that it could not be applied. */
export function confirmOutcome(delivery: OutgoingDelivery, error?: AmqpError): void {
  // The receiver did not wait for an answer.
  if (delivery.remote_settled) return;
  if (error !== undefined) {
    writeRejected(delivery, false, error);
    return;
  }
  delivery.update(true, library.message.accepted().described());
  // Nothing more comes from the receiver: without this the delivery would stay in the session's buffer for ever.
  delivery.remote_settled = true;
}

/**
 * Settles one delivery on its own. rhea's own way writes neighbouring deliveries as one range with the first one's
 * outcome, whatever the outcomes of the others are; it is only right for those that are all accepted.
 */
function writeRejected(delivery: Delivery, role: boolean, error: AmqpError): void {
  const { id, link } = delivery;
  const state = library.message.rejected({ error: library.types.wrap_error(error) }).described();
  link.session.output(frames.disposition({ role, first: id, last: id, settled: true, state }));
  delivery.settled = true;
  delivery.remote_settled = true;
  link.session.connection._register();
}
