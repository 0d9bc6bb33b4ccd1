import { messageTooLarge } from '../engine/fault.ts';
import { amqpError } from './errors.ts';
import type { AmqpSession, ReceiverLink, TransferFrame } from './rheaTypes.ts';

/** An unused message format: rhea passes on the raw bytes of every format except 0. */
const UNDECODED = 0x00ff00ff;

/**
 * Makes the links of a session hand messages over as bytes, so that the types inside are not lost by decoding; forget
 * messages that are aborted; and refuse messages that do not end.
 * @param limitBytes what is kept of a message at most
 */
export function receiveUndecoded(session: AmqpSession, limitBytes: number): void {
  const { incoming } = session;
  const receive = incoming.on_transfer;
  const sizes = new WeakMap<object, number>();

  incoming.on_transfer = (frame, link) => {
    if (!link.is_open() && link.state.remote_open) {
      // It was closed from here, and the client does not know yet.
      incoming.next_transfer_id++;
      return;
    }
    const { performative } = frame;
    if (!link._incomplete && !performative.message_format) performative.message_format = UNDECODED;
    if (performative.aborted) {
      abort(frame, link);
      return;
    }
    receive.call(incoming, frame, link);
    const message = link._incomplete;
    if (message === undefined) return;
    const size = (sizes.get(message) ?? 0) + (frame.payload?.length ?? 0);
    sizes.set(message, size);
    if (size <= limitBytes) return;
    message.frames.length = 0;
    link.close(amqpError(messageTooLarge(size, limitBytes)));
  };

  function abort(frame: TransferFrame, link: ReceiverLink): void {
    // Taken as one more part, so that the message has its place among the others, then forgotten.
    frame.payload = undefined;
    frame.performative.more = true;
    receive.call(incoming, frame, link);
    if (link._incomplete !== undefined) link._incomplete.settled = true;
    link._incomplete = undefined;
    link.credit--;
    link.delivery_count++;
    link.add_credit(1);
    session.connection._register();
  }
}
