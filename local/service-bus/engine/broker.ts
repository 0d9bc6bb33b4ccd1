import type { QueueSettings } from '../settings.ts';
import { entityNotFound } from './fault.ts';
import type { QueueTools } from './lifecycle.ts';
import { Queue } from './queue.ts';

const DEAD_LETTERS = /\/\$deadletterqueue$/i;
const TRANSFER_DEAD_LETTERS = /\/\$transfer\/\$deadletterqueue$/i;

/** The queues of one namespace, by the addresses that clients use. Names do not distinguish upper and lower case. */
export class Broker<C> {
  readonly #queues = new Map<string, Queue<C>>();

  constructor(settings: Readonly<Record<string, QueueSettings>>, tools: QueueTools) {
    for (const [name, queue] of Object.entries(settings)) {
      this.#queues.set(name.toLowerCase(), new Queue(name, queue, tools));
    }
  }

  /** The queues, without their dead-letter queues. */
  queues(): Iterable<Queue<C>> {
    return this.#queues.values();
  }

  /**
   * Finds a queue, or with `<queue>/$deadletterqueue` its dead-letter queue, or with `<queue>/$transfer/$deadletterqueue`
   * the one for what could not be forwarded.
   * @throws ServiceBusFault when there is none.
   */
  find(address: string): Queue<C> {
    const found = this.#find(address);
    if (found === undefined) throw entityNotFound(address);
    return found;
  }

  has(address: string): boolean {
    return this.#find(address) !== undefined;
  }

  #find(address: string): Queue<C> | undefined {
    const queueAt = (suffix: RegExp): Queue<C> | undefined =>
      this.#queues.get(address.replace(suffix, '').toLowerCase());
    if (TRANSFER_DEAD_LETTERS.test(address)) return queueAt(TRANSFER_DEAD_LETTERS)?.transferDeadLetters;
    return DEAD_LETTERS.test(address) ? queueAt(DEAD_LETTERS)?.deadLetters : queueAt(/$/);
  }

  /** Makes everything happen in all queues that is due by now. */
  advance(): void {
    for (const queue of this.#queues.values()) queue.advance();
  }
}
