import type { QueuedMessage } from './message.ts';

/** Below this many, gaps are not worth closing. */
const SMALL = 1024;

/** All messages of a queue by sequence number, which only ever grows. */
export class MessageStore<C> {
  readonly #byNumber = new Map<number, QueuedMessage<C>>();
  /** Ascending, with gaps: numbers of removed messages stay until they are the majority. */
  #numbers: number[] = [];

  get size(): number {
    return this.#byNumber.size;
  }

  get(sequenceNumber: number): QueuedMessage<C> | undefined {
    return this.#byNumber.get(sequenceNumber);
  }

  /** Adds a message whose sequence number is greater than all before it. */
  add(message: QueuedMessage<C>): void {
    this.#byNumber.set(message.sequenceNumber, message);
    this.#numbers.push(message.sequenceNumber);
  }

  delete(sequenceNumber: number): void {
    this.#byNumber.delete(sequenceNumber);
    if (this.#numbers.length > SMALL && this.#numbers.length > 2 * this.#byNumber.size) {
      this.#numbers = this.#numbers.filter((number) => this.#byNumber.has(number));
    }
  }

  /** The messages from that sequence number on, in order. */
  *from(sequenceNumber: number): Iterable<QueuedMessage<C>> {
    for (let index = this.#firstAtLeast(sequenceNumber); index < this.#numbers.length; index++) {
      const message = this.#byNumber.get(this.#numbers[index] as number);
      if (message !== undefined) yield message;
    }
  }

  #firstAtLeast(sequenceNumber: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#numbers[middle] as number) < sequenceNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
