import type { Socket } from 'node:net';
import { acceptTimeout, notAllowed } from '../engine/fault.ts';
import type { Queue } from '../engine/queue.ts';
import type { Session } from '../engine/session.ts';
import { acceptToken, CBS } from './cbs.ts';
import { Consumer } from './consumer.ts';
import type { Content } from './content.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type Endpoint, passiveEndpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import { manage } from './management.ts';
import { MAX_MESSAGE_BYTES, startProducer } from './producer.ts';
import { ReplyLinks } from './requests.ts';
import {
  type AmqpConnection,
  type AmqpLink,
  type AmqpSession,
  holdAttach,
  type ReceiverLink,
  receiveUndecoded,
  refuseLink,
  type SenderLink,
} from './rhea.ts';
import { ticks } from './values.ts';

/** What clients reach through the emulator. */
export interface Namespace {
  /** @throws ServiceBusFault when there is no such queue. */
  find(address: string): Queue<Content>;
  dispatcherOf(queue: Queue<Content>): Dispatcher;
  newMessageId(): string;
}

const SESSION_FILTER = 'com.microsoft:session-filter';
const SESSION_LOCKED_UNTIL = 'com.microsoft:locked-until-utc';
const TIMEOUT = 'com.microsoft:timeout';
const DEFAULT_ACCEPT_TIMEOUT_MS = 60_000;
const MANAGEMENT = /\/\$management$/i;
const HOST = /^amqps?:\/\/[^/]+\//;

/** One connected client: gives each of its links what belongs behind it, and takes it away when the link is gone. */
export class Client {
  readonly #socket: Socket;
  readonly #namespace: Namespace;
  readonly #connection: AmqpConnection;
  readonly #endpoints = new Map<AmqpLink, Endpoint>();
  readonly #replies = new ReplyLinks();
  #isCorked = false;

  constructor(socket: Socket, connection: AmqpConnection, namespace: Namespace) {
    this.#socket = socket;
    this.#namespace = namespace;
    this.#connection = connection;
    this.#listen();
    // One write per batch of frames, not one per frame.
    socket.on('data', () => this.#cork());
    connection.accept(socket);
    socket.on('data', () => this.#uncorkSoon());
    // rhea hears of a socket that the other end closed, but not of one that was destroyed here.
    socket.on('close', () => connection.eof());
  }

  /** Drops the connection without a word, as a network would. */
  drop(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const connection = this.#connection;
    connection.on('session_open', ({ session }) => receiveUndecoded(session));
    connection.on('sender_open', ({ sender }) => this.#attach(sender, () => this.#openSender(sender)));
    connection.on('receiver_open', ({ receiver }) => this.#attach(receiver, () => this.#openReceiver(receiver)));
    connection.on('sender_close', ({ sender }) => this.#close(sender, 'closed'));
    connection.on('receiver_close', ({ receiver }) => this.#close(receiver, 'closed'));
    connection.on('session_close', ({ session }) => this.#closeSession(session));
    connection.on('connection_close', () => this.#closeAll('closed'));
    connection.on('disconnected', () => this.#closeAll('lost'));
    // Bytes that make no sense: there is nothing to talk about with this client.
    connection.on('error', () => this.drop());
    connection.on('protocol_error', () => this.drop());
    // A client may say why it closes something. The closing itself is handled above.
    for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error'] as const) {
      connection.on(event, () => {});
    }
  }

  #attach(link: AmqpLink, open: () => Endpoint): void {
    try {
      this.#endpoints.set(link, open());
    } catch (error) {
      refuseLink(link, amqpError(error));
    }
  }

  /** A link on which the client sends: messages for a queue, requests, or tokens. */
  #openReceiver(link: ReceiverLink): Endpoint {
    const address = addressOf(link.target);
    link.set_source({ address: link.source?.address });
    link.set_target({ address: link.target?.address });
    const { newMessageId } = this.#namespace;
    if (address === CBS) {
      this.#replies.serve(link, acceptToken);
      return passiveEndpoint;
    }
    const queue = this.#namespace.find(address.replace(MANAGEMENT, ''));
    if (MANAGEMENT.test(address)) {
      this.#replies.serve(link, (request) => manage(queue, request, newMessageId));
      return passiveEndpoint;
    }
    if (queue.deadLetters === undefined) throw notAllowed('Messages cannot be sent to a dead-letter queue.');
    link.local.attach.max_message_size = MAX_MESSAGE_BYTES;
    startProducer(link, queue, newMessageId);
    return passiveEndpoint;
  }

  /** A link on which the client receives: messages of a queue or a session, or replies. */
  #openSender(link: SenderLink): Endpoint {
    const address = addressOf(link.source);
    link.local.attach.snd_settle_mode = link.snd_settle_mode;
    link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
    link.set_source({ address: link.source?.address });
    link.set_target({ address: link.target?.address });
    if (address === CBS || MANAGEMENT.test(address)) {
      if (address !== CBS) this.#namespace.find(address.replace(MANAGEMENT, ''));
      this.#replies.add(link);
      return { close: () => this.#replies.remove(link) };
    }
    return this.#openConsumer(link, this.#namespace.find(address));
  }

  #openConsumer(link: SenderLink, queue: Queue<Content>): Endpoint {
    const { requiresSession } = queue.settings;
    const filter = link.source?.filter;
    const wantsSession = filter !== undefined && filter !== null && SESSION_FILTER in filter;
    if (wantsSession && !requiresSession) {
      throw notAllowed('A sessionful message receiver cannot be created on an entity that does not require sessions.');
    }
    if (!wantsSession && requiresSession) {
      throw notAllowed('An entity that requires sessions cannot have a receiver without one.');
    }
    const dispatcher = this.#namespace.dispatcherOf(queue);
    const consumer = new Consumer(link, queue, dispatcher, () => this.#corkOnce());
    if (!wantsSession) {
      consumer.start();
      return consumer;
    }
    const sessionId = plainValue(filter[SESSION_FILTER]);
    if (sessionId === null || sessionId === undefined) return this.#waitForSession(consumer, dispatcher);
    grantSession(consumer, queue.acceptSession(String(sessionId), consumer));
    return consumer;
  }

  /** Keeps the answer to the attach back until a session has messages, or the client's time for it is over. */
  #waitForSession(consumer: Consumer, dispatcher: Dispatcher): Endpoint {
    const { link } = consumer;
    holdAttach(link);
    const timeoutMs = Number(link.properties?.[TIMEOUT] ?? DEFAULT_ACCEPT_TIMEOUT_MS);
    const request = {
      consumer,
      grant: (session: Session<Content>) => {
        clearTimeout(timer);
        this.#endpoints.set(link, consumer);
        grantSession(consumer, session);
        link.open();
      },
    };
    const timer = setTimeout(() => {
      dispatcher.withdraw(request);
      this.#endpoints.delete(link);
      refuseLink(link, amqpError(acceptTimeout()));
    }, timeoutMs);
    dispatcher.request(request);
    // A client that gives up gets no answer: one built on rhea would take a late attach for a new link of ours.
    return {
      close: () => {
        clearTimeout(timer);
        dispatcher.withdraw(request);
      },
    };
  }

  #close(link: AmqpLink, how: 'closed' | 'lost'): void {
    const endpoint = this.#endpoints.get(link);
    this.#endpoints.delete(link);
    endpoint?.close(how);
  }

  #closeSession(session: AmqpSession): void {
    for (const link of [...this.#endpoints.keys()]) {
      if (link.session === session) this.#close(link, 'closed');
    }
  }

  #closeAll(how: 'closed' | 'lost'): void {
    for (const link of [...this.#endpoints.keys()]) this.#close(link, how);
  }

  #corkOnce(): void {
    if (this.#isCorked) return;
    this.#cork();
    this.#uncorkSoon();
  }

  #cork(): void {
    this.#isCorked = true;
    this.#socket.cork();
  }

  /** rhea writes in the next tick what was asked of it in this one; this runs after it. */
  #uncorkSoon(): void {
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }
}

/** Answers a session receiver's attach with the session it got, and starts delivering. */
function grantSession(consumer: Consumer, session: Session<Content>): void {
  const { link } = consumer;
  link.set_source({ address: link.source?.address, filter: { [SESSION_FILTER]: session.id } });
  link.local.attach.properties = { [SESSION_LOCKED_UNTIL]: ticks(session.lockedUntil) };
  consumer.start(session);
}

function addressOf(terminus: AmqpLink['source']): string {
  return (terminus?.address ?? '').replace(HOST, '');
}

/** Some clients describe the session filter's value with its type, others do not. */
function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}
