import { type ServiceBusFault, serverBusy } from '../engine/fault.ts';
import type { QueueObserver, ReceiveMode } from '../engine/lifecycle.ts';
import type { Session, SessionHolder } from '../engine/message.ts';
import type { Queue } from '../engine/queue.ts';
import type { AmqpQueuedMessage, Content } from './content.ts';

/** A client's receiver, as far as the dispatcher knows it. */
export interface MessageConsumer extends SessionHolder {
  readonly mode: ReceiveMode;
  readonly session: Session<Content> | undefined;
  /** Whether the client can take a message now. */
  readonly isReady: boolean;
  send(message: AmqpQueuedMessage): void;
  detach(why: ServiceBusFault): void;
  finishDrain(): void;
}

/** A client that waits for the next session with messages. */
export interface SessionRequest {
  readonly consumer: MessageConsumer;
  grant(session: Session<Content>): void;
  refuse(why: ServiceBusFault): void;
}

/**
 * Brings the messages of one queue to its consumers. It runs once after any number of events, and only looks at what
 * they woke: consumers that can take messages, and sessions that got some.
 */
export class Dispatcher implements QueueObserver {
  readonly #queue: Queue<Content>;
  readonly #isBusy: () => boolean;
  /** Consumers that may have credit. Those of a session stay only until their session has no more messages. */
  readonly #awake = new Set<MessageConsumer>();
  /** Consumers whose client waits to hear that there is nothing more for it now. */
  readonly #draining = new Set<MessageConsumer>();
  readonly #requests = new Set<SessionRequest>();
  #isScheduled = false;

  /** @param isBusy whether a request for messages is to be refused now */
  constructor(queue: Queue<Content>, isBusy: () => boolean) {
    this.#queue = queue;
    this.#isBusy = isBusy;
    queue.observe(this);
  }

  messageAvailable(): void {
    if (this.#awake.size > 0) this.#schedule();
  }

  sessionAvailable(): void {
    if (this.#requests.size > 0) this.#schedule();
  }

  /** A consumer got credit or room, or its session a message. */
  wake(consumer: MessageConsumer): void {
    this.#awake.add(consumer);
    this.#schedule();
  }

  /** A consumer's client asked for what there is, and then to be told that there is no more. */
  drain(consumer: MessageConsumer): void {
    this.#draining.add(consumer);
    this.wake(consumer);
  }

  drained(consumer: MessageConsumer): void {
    this.#draining.delete(consumer);
  }

  forget(consumer: MessageConsumer): void {
    this.#awake.delete(consumer);
    this.#draining.delete(consumer);
  }

  /** Grants the request a session as soon as there is one. */
  request(request: SessionRequest): void {
    this.#requests.add(request);
    this.#schedule();
  }

  withdraw(request: SessionRequest): void {
    this.#requests.delete(request);
  }

  /**
   * Runs after what rhea has to write now. It writes transfers before attaches: a client that asks for messages with its
   * attach, or before it got a session, would otherwise get them on a link that it does not know yet.
   */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#queue.settings.requiresSession) this.#deliverSessions();
      else this.#deliver();
      for (const consumer of this.#draining) consumer.finishDrain();
      this.#grantSessions();
    });
  }

  #grantSessions(): void {
    for (const request of this.#requests) {
      if (this.#isBusy()) {
        this.#requests.delete(request);
        request.refuse(serverBusy());
        continue;
      }
      const session = this.#queue.acceptNextSession(request.consumer);
      if (session === undefined) return;
      this.#requests.delete(request);
      request.grant(session);
    }
  }

  #deliverSessions(): void {
    for (const consumer of this.#awake) {
      this.#awake.delete(consumer);
      if (this.#refuses(consumer)) continue;
      while (consumer.isReady) {
        const message = this.#queue.receive(consumer.mode, consumer.session);
        if (message === undefined) break;
        consumer.send(message);
      }
    }
  }

  /** Takes the link away from a client that asks while the namespace is busy. */
  #refuses(consumer: MessageConsumer): boolean {
    if (!consumer.isReady || !this.#isBusy()) return false;
    consumer.detach(serverBusy());
    return true;
  }

  /** One message each in turn, as long as there are messages and consumers that can take them. */
  #deliver(): void {
    for (const consumer of this.#awake) {
      this.#awake.delete(consumer);
      if (!consumer.isReady || this.#refuses(consumer)) continue;
      const message = this.#queue.receive(consumer.mode);
      if (message !== undefined) consumer.send(message);
      // A set is walked in the order of insertion: the consumer's next turn is after those of all others.
      this.#awake.add(consumer);
      if (message === undefined) return;
    }
  }
}
