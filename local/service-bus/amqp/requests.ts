import { type AmqpMessage, decodeMessage } from './rhea.ts';
import type { ReceiverLink, SenderLink } from './rheaTypes.ts';
import { acceptIncoming } from './settle.ts';
import type { Typed } from './values.ts';

export interface Reply {
  readonly properties: Readonly<Record<string, Typed | string>>;
  readonly body: unknown;
}

/**
 * The request and reply nodes of one connection. A client sends requests on one link and gets the replies on another,
 * which it names in `reply-to`: by the link's target address, or, for `$cbs`, by the link's name. Without a name the
 * replies go to its last link from the same node.
 */
export class ReplyLinks {
  readonly #byAddress = new Map<unknown, SenderLink>();
  readonly #byNode = new Map<string, SenderLink>();

  add(link: SenderLink, node: string): void {
    for (const address of addressesOf(link)) this.#byAddress.set(address, link);
    this.#byNode.set(node, link);
  }

  remove(link: SenderLink, node: string): void {
    for (const address of addressesOf(link)) {
      if (this.#byAddress.get(address) === link) this.#byAddress.delete(address);
    }
    if (this.#byNode.get(node) === link) this.#byNode.delete(node);
  }

  /** Answers the requests that arrive on a link. A request whose client takes no reply is carried out all the same. */
  serve(link: ReceiverLink, node: string, answer: (request: AmqpMessage, bytes: Buffer) => Reply): void {
    link.on('message', ({ message, delivery }) => {
      acceptIncoming(delivery);
      const request = decodeMessage(message);
      const { properties, body } = answer(request, message);
      const replyTo = request.reply_to ?? undefined;
      const replies = replyTo === undefined ? this.#byNode.get(node) : this.#byAddress.get(replyTo);
      replies?.send({
        correlation_id: request.message_id,
        to: replyTo,
        application_properties: properties,
        body,
      });
    });
  }
}

function addressesOf(link: SenderLink): string[] {
  return [link.name, link.target?.address].filter((address): address is string => address !== undefined);
}
