import type { AmqpError, AmqpLink, SenderLink } from './rheaTypes.ts';

/** Refuses a link as Service Bus does: attach without a terminus, then detach with the error. */
export function refuseLink(link: AmqpLink, error?: AmqpError): void {
  if (link.is_sender()) link.local.attach.source = undefined;
  else link.local.attach.target = undefined;
  link.open();
  link.close(error);
}

/** Keeps the answer to a link's attach back until the link is opened. Only while the attach is being handled. */
export function holdAttach(link: AmqpLink): void {
  link.state.local_open = false;
  link.state.open_requests = 0;
}

/** How many more messages the link's session can hold, here and at the client. */
export function roomToSend({ session: { outgoing } }: SenderLink): number {
  const onTheWay = outgoing.next_delivery_id - outgoing.next_pending_delivery;
  return Math.min(outgoing.available(), outgoing.transfer_window() - onTheWay);
}

/**
 * Takes over how a link answers a drain. Returns a function that asks for the answer, to be written after everything
 * that was sent before. rhea itself does not answer when the credit is used up, and clients wait for it.
 */
export function drainAnswer(link: SenderLink): (onAnswered: () => void) => void {
  let answered: (() => void) | undefined;
  link._get_drain = () => {
    const { outgoing } = link.session;
    if (answered === undefined || outgoing.next_pending_delivery < outgoing.next_delivery_id) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    answered();
    answered = undefined;
    return true;
  };
  return (onAnswered) => {
    answered = onAnswered;
    link.issue_flow = true;
    link.session.connection._register();
  };
}
