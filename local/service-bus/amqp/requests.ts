import { type AmqpMessage, decodeMessage, type ReceiverLink, type SenderLink } from './rhea.ts';
import type { Typed } from './values.ts';

export interface Reply {
  readonly properties: Readonly<Record<string, Typed | string>>;
  readonly body: unknown;
}

/**
 * The request and reply nodes of one connection. A client sends requests on one link and gets the replies on another,
 * which it names in `reply-to`: by the link's target address, or, for `$cbs`, by the link's name.
 */
export class ReplyLinks {
  readonly #byAddress = new Map<unknown, SenderLink>();

  add(link: SenderLink): void {
    for (const address of addressesOf(link)) this.#byAddress.set(address, link);
  }

  remove(link: SenderLink): void {
    for (const address of addressesOf(link)) {
      if (this.#byAddress.get(address) === link) this.#byAddress.delete(address);
    }
  }

  /** Answers the requests that arrive on a link. A request whose client takes no reply is carried out all the same. */
  serve(link: ReceiverLink, answer: (request: AmqpMessage) => Reply): void {
    link.on('message', ({ message, delivery }) => {
      delivery.accept();
      const request = decodeMessage(message);
      const { properties, body } = answer(request);
      this.#byAddress.get(request.reply_to)?.send({
        correlation_id: request.message_id,
        to: request.reply_to,
        application_properties: properties,
        body,
      });
    });
  }
}

function addressesOf(link: SenderLink): (string | undefined)[] {
  return [link.name, link.target?.address];
}
