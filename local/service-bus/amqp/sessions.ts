import type { AmqpLink, AmqpSession, AttachFrame, OutgoingDelivery } from './rheaTypes.ts';

const COORDINATOR = new Set<unknown>([0x30, 'amqp:coordinator:list']);
const coordinators = new WeakSet<AmqpLink>();

/** Whether the client wants to control transactions on the link. */
export function isCoordinator(link: AmqpLink): boolean {
  return coordinators.has(link);
}

/**
 * Tells links apart by name and direction: a client may have one of each direction with the same name, and may open one
 * again right after it closed it. rhea knows them by name alone.
 */
export function nameLinksPerDirection(session: AmqpSession): void {
  const { links, local, remote } = session;
  const keyOf = (isToClient: boolean, name: string): string => `${isToClient ? 'to' : 'from'} ${name}`;

  session.remove_link = (link) => {
    const { handle } = link.remote;
    if (handle !== undefined && remote.handles[handle] === link) delete remote.handles[handle];
    delete local.handles[link.local.handle];
    delete links[keyOf(link.is_sender(), link.name)];
  };

  session.on_attach = (frame) => {
    const { name, handle, role } = frame.performative;
    const key = keyOf(role, name);
    const old = links[key];
    if (old !== undefined && !old.state.remote_open) {
      old.close();
      old._process();
      session.remove_link(old);
    }
    const link = links[key] ?? (role ? session.create_sender(key) : session.create_receiver(key));
    link.name = name;
    link.local.attach.name = name;
    link.remote.handle = handle;
    remote.handles[handle] = link;
    takeCoordinator(link, frame);
    link.on_attach(frame);
    link.remote.attach = frame.performative;
    link.remote.handle = handle;
  };
}

/** rhea does not know this kind of target, and says so on the console. */
function takeCoordinator(link: AmqpLink, { performative }: AttachFrame): void {
  if (!COORDINATOR.has(performative.target?.descriptor?.value)) return;
  coordinators.add(link);
  performative.target = null;
}

/**
 * Applies what receivers say of their messages as soon as it comes. rhea waits for the end of what it reads, and a link
 * that is closed there has lost its session by then. Also looks only at deliveries that there are, whatever range of them
 * a client names.
 */
export function settleAtOnce(session: AmqpSession): void {
  const { outgoing, incoming } = session;
  for (const direction of [outgoing, incoming]) {
    const takeOutcomes = direction.on_disposition;
    direction.on_disposition = (fields) => {
      const { first: said } = fields;
      const last = fields.last ?? said;
      const oldest = direction.deliveries.get_head()?.id;
      const newest = direction.deliveries.get_tail()?.id;
      if (oldest === undefined || newest === undefined || last < oldest || said > newest) return;
      fields.first = Math.max(said, oldest);
      fields.last = Math.min(last, newest);
      takeOutcomes.call(direction, fields);
    };
  }
  const takeOutgoing = outgoing.on_disposition;
  outgoing.on_disposition = (fields) => {
    takeOutgoing(fields);
    const { updated } = outgoing;
    outgoing.updated = [];
    for (const delivery of updated) announce(delivery);
  };
}

function announce(delivery: OutgoingDelivery & { readonly link: AmqpLink }): void {
  const { link } = delivery;
  const outcome = delivery.remote_state?.constructor.composite_type;
  if (outcome !== undefined) link.dispatch(outcome, link._context({ delivery }));
  if (delivery.remote_settled) link.dispatch('settled', link._context({ delivery }));
}

/** Tells the links of a session when the client has room again, which it says of the session as a whole. */
export function noticeRoom(session: AmqpSession): void {
  const onFlow = session.on_flow;
  session.on_flow = (frame) => {
    const { performative } = frame;
    // A client that has not heard of the session yet cannot say what it got: nothing.
    if (performative.next_incoming_id === undefined || performative.next_incoming_id === null)
      performative.next_incoming_id = 0;
    onFlow.call(session, frame);
    if (performative.handle !== undefined && performative.handle !== null) return;
    for (const link of Object.values(session.links)) {
      if (link.is_sender() && link.is_open() && link.sendable?.()) link.dispatch('sendable', link._context());
    }
  };
}
