import { type ServiceBusFault, sessionLockLost } from '../engine/fault.ts';
import type { ReceiveMode } from '../engine/lifecycle.ts';
import type { Session, SessionHolder } from '../engine/message.ts';
import type { Queue } from '../engine/queue.ts';
import { type AmqpQueuedMessage, type Content, encodeMessage } from './content.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Endpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import { deliveryTag } from './guid.ts';
import { drainAnswer, roomToSend } from './links.ts';
import { type EncodedValue, encodedEntries } from './properties.ts';
import type { Outcome, OutcomeState, OutgoingDelivery, SenderLink } from './rheaTypes.ts';
import { confirmOutcome } from './settle.ts';
import { encodeTyped, type Typed } from './values.ts';

const NO_LOCK = Buffer.alloc(16);
/** The positions of the fields of outcomes (AMQP, parts 2.8.14 and 3.4). */
const ANNOTATIONS_OF_MODIFIED = 2;
const ERROR_OF_REJECTED = 0;
const INFO_OF_ERROR = 2;
const OUTCOMES = ['accepted', 'rejected', 'released', 'modified'] as const;

/** A client's receiver: takes messages of a queue, or of one session of it, as far as the client gives credit. */
export class Consumer implements Endpoint, SessionHolder {
  readonly link: SenderLink;
  readonly queue: Queue<Content>;
  readonly mode: ReceiveMode;
  usedAt: number;
  readonly #dispatcher: Dispatcher;
  readonly #clock: () => number;
  readonly #beforeWriting: () => void;
  readonly #answerDrain: (onAnswered: () => void) => void;
  /** Lock tokens of what was delivered and is not settled, by delivery id. */
  readonly #unsettled = new Map<number, string>();
  #session: Session<Content> | undefined;
  #isClosed = false;
  /** Messages sent on the link so far, and how many the client has allowed since it was opened. */
  #sent = 0;
  #allowed = 0;

  constructor(
    link: SenderLink,
    queue: Queue<Content>,
    tools: { readonly dispatcher: Dispatcher; readonly clock: () => number; readonly beforeWriting: () => void },
  ) {
    this.link = link;
    this.queue = queue;
    this.usedAt = tools.clock();
    this.mode = link.snd_settle_mode === 1 ? 'receiveAndDelete' : 'peekLock';
    this.#dispatcher = tools.dispatcher;
    this.#clock = tools.clock;
    this.#beforeWriting = tools.beforeWriting;
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
    this.usedAt = this.#clock();
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

  /** Takes the link away from the client. */
  detach(why: ServiceBusFault): void {
    this.close();
    this.link.close(amqpError(why));
  }

  close(): void {
    this.#stop();
    const { session } = this;
    if (session !== undefined) this.queue.releaseSession(session, 'closed');
  }

  #stop(): void {
    this.#isClosed = true;
    this.#dispatcher.forget(this);
  }

  #onFlow(): void {
    this.usedAt = this.#clock();
    this.#allowed = this.link.delivery_count + this.link.credit;
    this.#dispatcher.wake(this);
  }

  #onOutcome(outcome: Outcome, delivery: OutgoingDelivery): void {
    const token = this.#unsettled.get(delivery.id);
    if (token === undefined) return;
    this.#unsettled.delete(delivery.id);
    this.usedAt = this.#clock();
    try {
      if (this.#session !== undefined && this.session === undefined) throw this.#lostSession();
      this.#settle(outcome, token, delivery.remote_state);
    } catch (error) {
      confirmOutcome(delivery, amqpError(error));
      return;
    }
    confirmOutcome(delivery);
  }

  #settle(outcome: Outcome, token: string, state: OutcomeState | undefined): void {
    switch (outcome) {
      case 'accepted':
        this.queue.complete(token);
        return;
      case 'released':
        this.queue.release(token);
        return;
      case 'modified': {
        const changes = encodedEntries(fieldOf(state?.value, ANNOTATIONS_OF_MODIFIED));
        if (state?.undeliverable_here) this.queue.defer(token, changes);
        else this.queue.abandon(token, changes);
        return;
      }
      case 'rejected': {
        const error = state?.value[ERROR_OF_REJECTED];
        const info = fieldOf(Array.isArray(error?.value) ? error.value : undefined, INFO_OF_ERROR);
        const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = encodedEntries(info);
        this.queue.deadLetter(token, {
          reason: textOf(DeadLetterReason),
          description: textOf(DeadLetterErrorDescription),
          properties,
        });
      }
    }
  }

  #lostSession(): Error {
    return sessionLockLost(this.#session?.id ?? '');
  }
}

/** A field of an outcome, encoded. */
function fieldOf(fields: readonly (Typed | null | undefined)[] | undefined, index: number): Buffer | undefined {
  const field = fields?.[index];
  return field === undefined || field === null ? undefined : encodeTyped(field);
}

function textOf(value: EncodedValue | undefined): string | undefined {
  const text = value?.value;
  return text === undefined || text === null ? undefined : String(text);
}
