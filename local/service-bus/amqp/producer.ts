import { messageTooLarge, serverBusy } from '../engine/fault.ts';
import type { Queue } from '../engine/queue.ts';
import { type Content, readMessage } from './content.ts';
import type { Endpoint } from './endpoint.ts';
import { amqpError } from './errors.ts';
import type { Namespace } from './namespace.ts';
import type { IncomingMessage, ReceiverLink } from './rheaTypes.ts';
import { dataOf, splitSections } from './sections.ts';
import { acceptIncoming, rejectIncoming } from './settle.ts';

/** The message format of a batch: every data section is a complete message. */
const BATCH = 0x80013700;

/** Takes what a client sends on a link into a queue. */
export function startProducer(link: ReceiverLink, queue: Queue<Content>, namespace: Namespace): Endpoint {
  const { maxMessageBytes, newMessageId, throttle, clock } = namespace;
  const endpoint = { usedAt: clock(), close: () => {} };
  link.local.attach.max_message_size = maxMessageBytes;
  link.on('message', ({ message, delivery, format }: IncomingMessage) => {
    endpoint.usedAt = clock();
    try {
      if (message.length > maxMessageBytes) throw messageTooLarge(message.length, maxMessageBytes);
      if (throttle.refuses(queue.name, 'send')) throw serverBusy();
      const encoded = format === BATCH ? splitSections(message).body.map(dataOf) : [message];
      queue.send(encoded.map((bytes) => readMessage(bytes, newMessageId)));
    } catch (error) {
      rejectIncoming(delivery, amqpError(error));
      return;
    }
    acceptIncoming(delivery);
  });
  return endpoint;
}
