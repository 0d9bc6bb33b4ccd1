import { sessionLockLost } from '../engine/fault.ts';
import type { ReceiveMode } from '../engine/lifecycle.ts';
import type { Queue } from '../engine/queue.ts';
import type { Session, SessionHolder } from '../engine/session.ts';
import { type AmqpQueuedMessage, type Content, encodeMessage } from './content.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Endpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import { deliveryTag } from './guid.ts';
import {
  confirmOutcome,
  drainAnswer,
  type Outcome,
  type OutcomeState,
  type OutgoingDelivery,
  roomToSend,
  type SenderLink,
} from './rhea.ts';

const NO_LOCK = Buffer.alloc(16);
const OUTCOMES = ['accepted', 'rejected', 'released', 'modified'] as const;

/** A client's receiver: takes messages of a queue, or of one session of it, as far as the client gives credit. */
export class Consumer implements Endpoint, SessionHolder {
  readonly link: SenderLink;
  readonly queue: Queue<Content>;
  readonly mode: ReceiveMode;
  readonly #dispatcher: Dispatcher;
  readonly #beforeWriting: () => void;
  readonly #answerDrain: (onAnswered: () => void) => void;
  /** Lock tokens of what was delivered and is not settled, by delivery id. */
  readonly #unsettled = new Map<number, string>();
  #session: Session<Content> | undefined;
  #isClosed = false;
  /** Messages sent on the link so far, and how many the client has allowed since it was opened. */
  #sent = 0;
  #allowed = 0;

  constructor(link: SenderLink, queue: Queue<Content>, dispatcher: Dispatcher, beforeWriting: () => void) {
    this.link = link;
    this.queue = queue;
    this.mode = link.snd_settle_mode === 1 ? 'receiveAndDelete' : 'peekLock';
    this.#dispatcher = dispatcher;
    this.#beforeWriting = beforeWriting;
    this.#answerDrain = drainAnswer(link);
  }

  /** The session that the receiver holds; undefined without sessions, and when it was lost. */
  get session(): Session<Content> | undefined {
    return this.#session?.holder === this ? this.#session : undefined;
  }

  /** Whether a message could be sent now. */
  get isReady(): boolean {
    return !this.#isClosed && this.#sent < this.#allowed && roomToSend(this.link) > 0;
  }

  /** Starts delivering, of a session when there is one. */
  start(session?: Session<Content>): void {
    this.#session = session;
    this.link.on('sender_flow', () => this.#onFlow());
    this.link.on('sendable', () => this.#dispatcher.wake(this));
    this.link.on('sender_draining', () => this.#dispatcher.drain(this));
    for (const outcome of OUTCOMES) {
      this.link.on(outcome, ({ delivery }) => this.#onOutcome(outcome, delivery));
    }
    this.#onFlow();
  }

  send(message: AmqpQueuedMessage): void {
    const token = message.lock?.token;
    const tag = token === undefined ? NO_LOCK : deliveryTag(token);
    const delivery = this.link.send(encodeMessage(message), tag, 0);
    this.#sent++;
    if (token !== undefined) this.#unsettled.set(delivery.id, token);
    this.#beforeWriting();
  }

  /** Tells a client that asked for it that there is nothing more for it now, and takes the rest of its credit back. */
  finishDrain(): void {
    this.#answerDrain(() => {
      this.#allowed = this.#sent;
      this.#dispatcher.drained(this);
    });
  }

  sessionHasMessage(): void {
    this.#dispatcher.wake(this);
  }

  sessionLost(): void {
    this.#stop();
    this.link.close(amqpError(this.#lostSession()));
  }

  close(how: 'closed' | 'lost'): void {
    this.#stop();
    const { session } = this;
    if (session !== undefined) this.queue.releaseSession(session, how);
  }

  #stop(): void {
    this.#isClosed = true;
    this.#dispatcher.forget(this);
  }

  #onFlow(): void {
    this.#allowed = this.link.delivery_count + this.link.credit;
    this.#dispatcher.wake(this);
  }

  #onOutcome(outcome: Outcome, delivery: OutgoingDelivery): void {
    const token = this.#unsettled.get(delivery.id);
    if (token === undefined) return;
    this.#unsettled.delete(delivery.id);
    try {
      if (this.#session !== undefined && this.session === undefined) throw this.#lostSession();
      this.#settle(outcome, token, delivery.remote_state ?? {});
    } catch (error) {
      confirmOutcome(delivery, amqpError(error));
      return;
    }
    confirmOutcome(delivery);
  }

  #settle(outcome: Outcome, token: string, state: OutcomeState): void {
    switch (outcome) {
      case 'accepted':
        this.queue.complete(token);
        return;
      case 'released':
        this.queue.abandon(token);
        return;
      case 'modified':
        if (state.undeliverable_here) this.queue.defer(token, state.message_annotations ?? undefined);
        else this.queue.abandon(token, state.message_annotations ?? undefined);
        return;
      case 'rejected': {
        const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = state.error?.info ?? {};
        this.queue.deadLetter(token, {
          reason: DeadLetterReason === undefined ? undefined : String(DeadLetterReason),
          description: DeadLetterErrorDescription === undefined ? undefined : String(DeadLetterErrorDescription),
          properties,
        });
      }
    }
  }

  #lostSession(): Error {
    return sessionLockLost(this.#session?.id ?? '');
  }
}
