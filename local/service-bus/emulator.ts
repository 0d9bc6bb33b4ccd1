import { randomUUID } from 'node:crypto';
import { anyToken, type SharedKey, tokensBy } from './amqp/cbs.ts';
import type { Content } from './amqp/content.ts';
import { LOOPBACK, startAmqpServer } from './amqp/server.ts';
import { Broker } from './engine/broker.ts';
import type { QueueCounts } from './engine/counts.ts';
import type { ExhaustionMoment } from './engine/exhaustion.ts';
import { Throttle, type ThrottleRule } from './engine/throttle.ts';
import { defaultQueueSettings, maxMessageBytes, type QueueSettings, type Tier } from './settings.ts';

export interface ServiceBusEmulatorOptions {
  /** The AMQP port on the loopback address; a free one by default. */
  readonly port?: number;
  /** The queues by name. What is not said is as in Azure. */
  readonly queues: Readonly<Record<string, Partial<QueueSettings>>>;
  /** The time in epoch milliseconds; the machine's by default. Clients have their own. */
  readonly clock?: () => number;
  /** Standard by default. */
  readonly tier?: Tier;
  /** Lets clients in whose key is not the one of the connection string. */
  readonly anyKey?: boolean;
  /** A client that is silent for twice as long is taken for gone, in milliseconds; a minute by default. */
  readonly idleTimeoutMs?: number;
}

export interface ServiceBusEmulator {
  readonly port: number;
  /** For a ServiceBusClient. It works in this machine only, and holds no secret. */
  readonly connectionString: string;
  /**
   * What is in a queue, and what happened in it since the start. `<queue>/$deadletterqueue` names its dead-letter
   * queue.
   * @throws ServiceBusFault when there is no such queue.
   */
  queue(name: string): QueueCounts;
  /** The counts of all queues, by name. */
  queues(): Record<string, QueueCounts>;
  /** Destroys the sockets of all clients, as a broken network would. Returns how many there were. */
  dropConnections(): number;
  /** Makes message and session locks run out now, as if their holders had hung: of one queue, or of all. */
  expireLocks(queueName?: string): void;
  /**
   * Refuses requests as a namespace does that has too much to do.
   * @throws ServiceBusFault when there is no such queue.
   */
  makeBusy(rule: ThrottleRule): void;
  endBusy(): void;
  /**
   * Makes the next message of a queue use up all its deliveries, so that it becomes a dead letter.
   * @throws ServiceBusFault when there is no such queue.
   */
  exhaustNext(queueName: string, moment: ExhaustionMoment): void;
  /** Destroys the sockets of all clients, and refuses new ones for so long. 0 ends that. */
  refuseConnections(forMs: number): void;
  /** How often faults happened since the start. */
  faults(): EmulatorFaults;
  close(): Promise<void>;
}

export interface EmulatorFaults {
  /** Requests that were refused because the namespace had too much to do. */
  readonly busy: number;
  readonly refusedConnections: number;
  /** The ids of the messages that were made to use up their deliveries, by queue. */
  readonly exhausted: Readonly<Record<string, readonly string[]>>;
}

/** The key of the connection string. It is no secret: it opens nothing but this. */
const KEY: SharedKey = { name: 'local', key: 'local' };

const IDLE_TIMEOUT_MS = 60_000;

/** The interval in which the emulator checks for work that is due, such as scheduled messages. */
const TICK_MS = 20;

/**
 * Starts a Service Bus namespace in memory, which the SDKs use through its connection string.
 * @throws Error when the port is taken.
 */
export async function startServiceBusEmulator(options: ServiceBusEmulatorOptions): Promise<ServiceBusEmulator> {
  const settings = Object.fromEntries(
    Object.entries(options.queues).map(([name, queue]) => [name, { ...defaultQueueSettings, ...queue }]),
  );
  const clock = options.clock ?? Date.now;
  const broker = new Broker<Content>(settings, { clock, newToken: randomUUID });
  const throttle = new Throttle(clock);
  const server = await startAmqpServer(broker, {
    port: options.port ?? 0,
    idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    newMessageId: () => randomUUID().replaceAll('-', ''),
    clock,
    throttle,
    // Clients date their tokens by the machine's clock.
    checkToken: options.anyKey ? anyToken : tokensBy(KEY, Date.now),
    maxMessageBytes: maxMessageBytes[options.tier ?? 'standard'],
  });
  // A tick, not a timer for the next deadline: it also works with a clock that does not run by itself.
  const ticking = setInterval(() => {
    broker.advance();
    server.advance(clock());
  }, TICK_MS);

  return {
    port: server.port,
    connectionString: connectionString(server.port, KEY),
    queue: (name) => {
      // Also for a dead-letter queue, which fills when messages of its queue expire.
      broker.advance();
      return broker.find(name).counts();
    },
    queues: () => Object.fromEntries([...broker.queues()].map((queue) => [queue.name, queue.counts()])),
    dropConnections: () => server.dropConnections(),
    expireLocks: (queueName) => {
      for (const queue of queueName === undefined ? broker.queues() : [broker.find(queueName)]) queue.expireLocks();
    },
    makeBusy: (rule) => {
      if (rule.queue !== undefined) broker.find(rule.queue);
      throttle.add(rule);
    },
    endBusy: () => throttle.end(),
    exhaustNext: (queueName, moment) => broker.find(queueName).exhaustion.arm(moment),
    refuseConnections: (forMs) => server.refuseUntil(clock() + forMs),
    faults: () => ({
      busy: throttle.refused,
      refusedConnections: server.refusedConnections,
      exhausted: Object.fromEntries([...broker.queues()].map(({ name, exhaustion }) => [name, exhaustion.messageIds])),
    }),
    close: async () => {
      clearInterval(ticking);
      await server.close();
    },
  };
}

/** With this flag the SDK speaks plain AMQP instead of TLS. It must be spelled exactly so, and the key not be empty. */
function connectionString(port: number, { name, key }: SharedKey): string {
  return `Endpoint=sb://${LOOPBACK}:${port};SharedAccessKeyName=${name};SharedAccessKey=${key};UseDevelopmentEmulator=true;`;
}
