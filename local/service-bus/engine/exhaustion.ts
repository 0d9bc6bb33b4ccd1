import type { QueuedMessage } from './message.ts';

/**
 * When a message uses up all its deliveries: `sent` before any receiver has it, as if each had died at once; `delivered`
 * while a receiver works on it, who then has lost it.
 */
export type ExhaustionMoment = 'sent' | 'delivered';

/** The time that a receiver has to begin its work, in milliseconds. */
const BEGIN_MS = 150;

/** Which of the next messages of a queue use up all their deliveries. */
export class Exhaustion<C> {
  /** The ids of the messages that did, in order. */
  readonly messageIds: string[] = [];
  readonly #armed: Record<ExhaustionMoment, number> = { sent: 0, delivered: 0 };
  #doomed: { readonly message: QueuedMessage<C>; readonly at: number }[] = [];

  /** The next message that reaches this moment is to use up its deliveries. */
  arm(moment: ExhaustionMoment): void {
    this.#armed[moment]++;
  }

  /** Whether a message that was sent now is to be given up. */
  takesSent(): boolean {
    if (this.#armed.sent === 0) return false;
    this.#armed.sent--;
    return true;
  }

  /** Notes a delivered message that its receiver is to lose, if one is wanted. */
  delivered(message: QueuedMessage<C>, now: number): void {
    if (this.#armed.delivered === 0) return;
    this.#armed.delivered--;
    this.#doomed.push({ message, at: now + BEGIN_MS });
  }

  /** The messages that are to be lost by now. One that was settled before is no longer there: the next one takes its place. */
  *due(now: number): Generator<QueuedMessage<C>> {
    const due = this.#doomed.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    this.#doomed = this.#doomed.filter(({ at }) => at > now);
    for (const { message } of due) {
      if (message.lock === undefined) this.#armed.delivered++;
      else yield message;
    }
  }
}
