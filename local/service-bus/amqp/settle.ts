import frames from 'rhea/lib/frames.js';
import { library } from './rhea.ts';
import type { AmqpError, Delivery, IncomingDelivery, OutgoingDelivery } from './rheaTypes.ts';

/** Takes a message that a client sent. The client hears of it before it hears of anything that follows from it. */
export function acceptIncoming(delivery: IncomingDelivery): void {
  writeSettled(delivery, true, library.message.accepted().described());
}

/** Refuses a message that a client sent. */
export function rejectIncoming(delivery: IncomingDelivery, error: AmqpError): void {
  writeSettled(delivery, true, rejected(error));
}

/** Confirms a receiver's outcome, or says that it could not be applied. */
export function confirmOutcome(delivery: OutgoingDelivery, error?: AmqpError): void {
  // The receiver did not wait for an answer.
  if (delivery.remote_settled) return;
  if (error !== undefined) {
    writeSettled(delivery, false, rejected(error));
    return;
  }
  delivery.update(true, library.message.accepted().described());
  // The receiver sends nothing more. Without this, the delivery would stay in the session's buffer.
  delivery.remote_settled = true;
}

/**
 * Settles one delivery on its own. rhea's own way writes neighbouring deliveries as one range with the first one's
 * outcome, whatever the outcomes of the others are; it is only right for those that are all accepted.
 */
function writeSettled(delivery: Delivery, role: boolean, state: unknown): void {
  const { id, link } = delivery;
  // The sender of a settled message needs no answer, and may have used its number for the next message.
  if (!delivery.remote_settled) {
    link.session.output(frames.disposition({ role, first: id, last: id, settled: true, state }));
  }
  delivery.settled = true;
  delivery.remote_settled = true;
  link.session.connection._register();
}

function rejected(error: AmqpError): unknown {
  return library.message.rejected({ error: library.types.wrap_error(error) }).described();
}
