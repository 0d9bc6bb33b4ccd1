/** The parts of rhea 3.0.5 that the emulator uses, its internals included: the library has no types for those. */
import type { Socket } from 'node:net';
import type { Typed } from './values.ts';

export interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

export interface AmqpConnection {
  accept(socket: Socket): void;
  /** Takes bytes that were read from the socket before. */
  input(bytes: Buffer): void;
  /** Exists once a socket was accepted. */
  readonly transport: { peek_size(bytes: Buffer): number | undefined };
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
  /** Deliveries that were sent and not settled yet; the buffer holds a fixed number. */
  readonly outgoing: {
    readonly next_delivery_id: number;
    readonly next_pending_delivery: number;
    readonly deliveries: DeliveryBuffer;
    updated: (OutgoingDelivery & { readonly link: AmqpLink })[];
    on_disposition(fields: DispositionFrame['performative']): void;
    available(): number;
    /** Frames that the client's buffer has room for; NaN before the client said so. */
    transfer_window(): number;
  };
  readonly incoming: {
    readonly deliveries: DeliveryBuffer;
    next_transfer_id: number;
    on_transfer(frame: TransferFrame, link: ReceiverLink): void;
    on_disposition(fields: DispositionFrame['performative']): void;
  };
  readonly connection: { _register(): void };
  readonly links: Record<string, AmqpLink>;
  readonly local: { readonly handles: Record<number, AmqpLink> };
  readonly remote: { readonly handles: Record<number, AmqpLink> };
  create_sender(name: string): AmqpLink;
  create_receiver(name: string): AmqpLink;
  on_attach(frame: AttachFrame): void;
  on_flow(frame: FlowFrame): void;
  remove_link(link: AmqpLink): void;
  output(frame: unknown): void;
}

interface DeliveryBuffer {
  get_head(): Delivery | undefined;
  get_tail(): Delivery | undefined;
}

export interface TransferFrame {
  payload: Buffer | undefined;
  readonly performative: {
    message_format: number | undefined;
    more: boolean | undefined;
    readonly aborted: boolean | undefined;
  };
}

export interface DispositionFrame {
  readonly performative: { first: number; last: number | null | undefined };
}

export interface FlowFrame {
  readonly performative: { readonly handle: number | null | undefined; next_incoming_id: number | null | undefined };
}

export interface AttachFrame {
  readonly performative: {
    readonly name: string;
    readonly handle: number;
    /** Whether the client receives. */
    readonly role: boolean;
    target: (Typed & { readonly descriptor?: Typed }) | null | undefined;
  };
}

interface Terminus {
  readonly address?: string;
  readonly filter?: Readonly<Record<string, unknown>>;
}

export interface AmqpLink {
  name: string;
  readonly session: AmqpSession;
  readonly source: Terminus | null | undefined;
  readonly target: Terminus | null | undefined;
  readonly properties: Readonly<Record<string, unknown>> | null | undefined;
  readonly snd_settle_mode: number;
  readonly rcv_settle_mode: number;
  readonly state: { local_open: boolean; open_requests: number; readonly remote_open: boolean };
  readonly remote: { handle: number | undefined; attach?: unknown };
  readonly local: {
    readonly handle: number;
    readonly attach: {
      name: string;
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
  is_open(): boolean;
  sendable?(): boolean;
  dispatch(event: string, context: object): void;
  on_attach(frame: AttachFrame): void;
  _context(context?: object): object;
  _process(): void;
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
  credit: number;
  delivery_count: number;
  /** A message of which the last frame has not come yet. */
  _incomplete: (IncomingDelivery & { frames: Buffer[] }) | undefined;
  add_credit(credit: number): void;
  on(event: 'message', listener: (context: IncomingMessage) => void): void;
}

export interface IncomingMessage {
  readonly message: Buffer;
  readonly delivery: IncomingDelivery;
  readonly format: number;
}

export type Outcome = 'accepted' | 'rejected' | 'released' | 'modified';

/** The fields of a receiver's outcome. */
export interface OutcomeState {
  readonly constructor: { readonly composite_type?: string };
  readonly undeliverable_here?: boolean;
  /** Its fields, with their types. */
  readonly value: readonly (Typed | null | undefined)[];
}

export interface Delivery {
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
