import type { Socket } from 'node:net';
import { linkIdle, notAllowed, notImplemented } from '../engine/fault.ts';
import { acceptToken, CBS } from './cbs.ts';
import { openConsumer } from './consumers.ts';
import { type Endpoint, passiveEndpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import { isHttp, NO_ADMINISTRATION } from './http.ts';
import { refuseLink } from './links.ts';
import { manage } from './management.ts';
import type { Namespace } from './namespace.ts';
import { startProducer } from './producer.ts';
import { receiveUndecoded } from './receiving.ts';
import { ReplyLinks } from './requests.ts';
import { limitFrames } from './rhea.ts';
import type { AmqpConnection, AmqpLink, AmqpSession, ReceiverLink, SenderLink } from './rheaTypes.ts';
import { isCoordinator, nameLinksPerDirection, noticeRoom, settleAtOnce } from './sessions.ts';

const MANAGEMENT = /\/\$management$/i;
/** The host, and the slash before the name: the .NET client sends `/queue`, others `queue` or `amqps://host/queue`. */
const BEFORE_NAME = /^(?:amqps?|sb):\/\/[^/]+|^\/+/;

/** How much of a message is kept, in sizes of the largest one: one that is a little too large gets its own answer. */
const KEPT_SIZES = 8;

/** After so long without traffic a link is detached, as in Azure. */
const IDLE_MINUTES = 10;

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
    socket.once('data', (bytes) => this.#start(bytes));
    socket.on('error', () => this.drop());
    // rhea hears of a socket that the other end closed, but not of one that was destroyed here.
    socket.on('close', () => connection.eof());
  }

  /** Drops the connection without a word, as a network would. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Detaches the links over which nothing went for ten minutes. */
  detachIdle(now: number): void {
    const before = now - IDLE_MINUTES * 60_000;
    for (const [link, { usedAt = now }] of this.#endpoints) {
      if (usedAt > before) continue;
      link.close(amqpError(linkIdle(IDLE_MINUTES)));
      this.#close(link);
    }
  }

  #start(bytes: Buffer): void {
    const socket = this.#socket;
    if (isHttp(bytes)) {
      socket.end(NO_ADMINISTRATION, () => this.drop());
      return;
    }
    // One write per batch of frames, not one per frame.
    socket.on('data', () => this.#cork());
    this.#connection.accept(socket);
    limitFrames(this.#connection);
    socket.on('data', () => this.#uncorkSoon());
    this.#cork();
    this.#connection.input(bytes);
    this.#uncorkSoon();
  }

  #listen(): void {
    const connection = this.#connection;
    connection.on('session_open', ({ session }) => this.#prepare(session));
    connection.on('sender_open', ({ sender }) => this.#attach(sender, () => this.#openSender(sender)));
    connection.on('receiver_open', ({ receiver }) => this.#attach(receiver, () => this.#openReceiver(receiver)));
    connection.on('sender_close', ({ sender }) => this.#close(sender));
    connection.on('receiver_close', ({ receiver }) => this.#close(receiver));
    connection.on('session_close', ({ session }) => this.#closeSession(session));
    connection.on('connection_close', () => this.#closeAll());
    connection.on('disconnected', () => this.#closeAll());
    // Bytes that make no sense: there is nothing to talk about with this client.
    connection.on('error', () => this.drop());
    connection.on('protocol_error', () => this.drop());
    // A client may say why it closes something. The closing itself is handled above.
    for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error'] as const) {
      connection.on(event, () => {});
    }
  }

  #prepare(session: AmqpSession): void {
    nameLinksPerDirection(session);
    receiveUndecoded(session, KEPT_SIZES * this.#namespace.maxMessageBytes);
    settleAtOnce(session);
    noticeRoom(session);
  }

  #attach(link: AmqpLink, open: () => Endpoint): void {
    // Clients settle as they asked for only when that is repeated to them.
    link.local.attach.snd_settle_mode = link.snd_settle_mode;
    link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
    try {
      if (isCoordinator(link)) {
        throw notImplemented('This emulator has no transactions. Send and settle without a TransactionScope.');
      }
      this.#endpoints.set(link, open());
    } catch (error) {
      refuseLink(link, amqpError(error));
    }
  }

  /** A link on which the client sends: messages for a queue, requests, or tokens. */
  #openReceiver(link: ReceiverLink): Endpoint {
    const address = nameOf(link.target);
    link.set_source({ address: link.source?.address });
    link.set_target({ address: link.target?.address });
    const namespace = this.#namespace;
    if (address === CBS) {
      this.#replies.serve(link, address, (request) => acceptToken(request, namespace.checkToken));
      return passiveEndpoint;
    }
    const queue = namespace.find(address.replace(MANAGEMENT, ''));
    if (MANAGEMENT.test(address)) {
      this.#replies.serve(link, address, (request, bytes) => manage(queue, request, bytes, namespace));
      return passiveEndpoint;
    }
    if (queue.deadLetters === undefined) throw notAllowed('Messages cannot be sent to a dead-letter queue.');
    return startProducer(link, queue, namespace);
  }

  /** A link on which the client receives: messages of a queue or a session, or replies. */
  #openSender(link: SenderLink): Endpoint {
    const address = nameOf(link.source);
    link.set_source({ address: link.source?.address });
    link.set_target({ address: link.target?.address });
    if (address === CBS || MANAGEMENT.test(address)) {
      if (address !== CBS) this.#namespace.find(address.replace(MANAGEMENT, ''));
      this.#replies.add(link, address);
      return { close: () => this.#replies.remove(link, address) };
    }
    return openConsumer(link, this.#namespace.find(address), this.#namespace, {
      beforeWriting: () => this.#corkOnce(),
      replace: (endpoint) => {
        if (endpoint === undefined) this.#endpoints.delete(link);
        else this.#endpoints.set(link, endpoint);
      },
    });
  }

  #close(link: AmqpLink): void {
    const endpoint = this.#endpoints.get(link);
    this.#endpoints.delete(link);
    endpoint?.close();
  }

  #closeSession(session: AmqpSession): void {
    for (const link of [...this.#endpoints.keys()]) {
      if (link.session === session) this.#close(link);
    }
  }

  #closeAll(): void {
    for (const link of [...this.#endpoints.keys()]) this.#close(link);
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

function nameOf(terminus: AmqpLink['source']): string {
  let name = terminus?.address ?? '';
  while (BEFORE_NAME.test(name)) name = name.replace(BEFORE_NAME, '');
  return name;
}
