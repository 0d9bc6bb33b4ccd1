import { messageTooLarge } from '../engine/fault.ts';
import type { Queue } from '../engine/queue.ts';
import { type Content, readMessage } from './content.ts';
import { amqpError } from './errors.ts';
import { type IncomingMessage, type ReceiverLink, rejectIncoming } from './rhea.ts';
import { dataOf, splitSections } from './sections.ts';

/** The largest message, or batch of messages, in bytes: what the premium tier allows by default. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The message format of a batch: every data section is a complete message. */
const BATCH = 0x80013700;

/** Takes what a client sends on a link into a queue. */
export function startProducer(link: ReceiverLink, queue: Queue<Content>, newMessageId: () => string): void {
  link.on('message', ({ message, delivery, format }: IncomingMessage) => {
    try {
      if (message.length > MAX_MESSAGE_BYTES) throw messageTooLarge(message.length, MAX_MESSAGE_BYTES);
      const encoded = format === BATCH ? splitSections(message).body.map(dataOf) : [message];
      queue.send(encoded.map((bytes) => readMessage(bytes, newMessageId)));
    } catch (error) {
      rejectIncoming(delivery, amqpError(error));
      return;
    }
    delivery.accept();
  });
}
