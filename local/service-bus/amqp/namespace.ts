import type { Broker } from '../engine/broker.ts';
import { entityNotFound } from '../engine/fault.ts';
import type { Queue } from '../engine/queue.ts';
import type { Throttle } from '../engine/throttle.ts';
import type { TokenCheck } from './cbs.ts';
import type { Content } from './content.ts';
import { Dispatcher } from './dispatcher.ts';

/** The entities that clients reach through the emulator. */
export interface Namespace {
  /** @throws ServiceBusFault when there is no such queue. */
  find(address: string): Queue<Content>;
  dispatcherOf(queue: Queue<Content>): Dispatcher;
  newMessageId(): string;
  /** The time in epoch milliseconds. */
  readonly clock: () => number;
  readonly throttle: Throttle;
  readonly checkToken: TokenCheck;
  /** The largest message, or batch of messages, in bytes. */
  readonly maxMessageBytes: number;
}

export type NamespaceOptions = Omit<Namespace, 'find' | 'dispatcherOf'>;

/** @param host of the broker, as clients name it in their addresses */
export function namespaceOf(broker: Broker<Content>, host: () => string, options: NamespaceOptions): Namespace {
  const { throttle } = options;
  const dispatchers = new Map<Queue<Content>, Dispatcher>();
  for (const queue of broker.queues()) {
    for (const one of [queue, queue.deadLetters, queue.transferDeadLetters]) {
      if (one !== undefined) dispatchers.set(one, new Dispatcher(one, () => throttle.refuses(one.name, 'receive')));
    }
  }
  return {
    ...options,
    find: (address) => {
      if (!broker.has(address)) throw entityNotFound(`sb://${host()}/${address}`);
      return broker.find(address);
    },
    dispatcherOf: (queue) => dispatchers.get(queue) as Dispatcher,
  };
}
