import { createServer, type Server } from 'node:net';
import type { Broker } from '../engine/broker.ts';
import { Client } from './client.ts';
import type { Content } from './content.ts';
import { type NamespaceOptions, namespaceOf } from './namespace.ts';
import { connectionFactory } from './rhea.ts';

/** The address of the emulator. It accepts all programs, so it must be the loopback address. */
export const LOOPBACK = '127.0.0.1';

/** How often idle links are looked for, in milliseconds. */
const IDLE_CHECK_MS = 1_000;

export interface AmqpServer {
  readonly port: number;
  /** Destroys the sockets of all clients. Returns how many there were. */
  dropConnections(): number;
  /**
   * Destroys the sockets of all clients, and refuses new ones until that time, in epoch milliseconds: an outage of the
   * whole namespace, which a time in the past ends.
   */
  refuseUntil(time: number): void;
  /** Connections that an outage refused. */
  readonly refusedConnections: number;
  /** Does what is due by now, in epoch milliseconds. */
  advance(now: number): void;
  close(): Promise<void>;
}

export interface AmqpServerOptions extends NamespaceOptions {
  readonly port: number;
  /** A client that is silent for twice as long is taken for gone, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/**
 * Serves a broker's queues over AMQP 1.0 on the loopback address.
 * @throws Error when the port is taken.
 */
export async function startAmqpServer(broker: Broker<Content>, options: AmqpServerOptions): Promise<AmqpServer> {
  const createConnection = connectionFactory(options.idleTimeoutMs);
  let port = 0;
  const namespace = namespaceOf(broker, () => `${LOOPBACK}:${port}`, options);
  const clients = new Set<Client>();
  let refusedUntil = 0;
  let refused = 0;
  const server = createServer((socket) => {
    if (options.clock() < refusedUntil) {
      refused++;
      socket.on('error', () => {}); // the client may have closed it already
      socket.resetAndDestroy();
      return;
    }
    const client = new Client(socket, createConnection(), namespace);
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  });
  port = await listen(server, options.port);
  const dropConnections = (): number => {
    const dropped = clients.size;
    for (const client of clients) client.drop();
    return dropped;
  };
  let idleCheckAt = 0;
  return {
    port,
    dropConnections,
    refuseUntil: (time) => {
      refusedUntil = time;
      if (options.clock() < time) dropConnections();
    },
    get refusedConnections() {
      return refused;
    },
    advance: (now) => {
      if (now < idleCheckAt) return;
      idleCheckAt = now + IDLE_CHECK_MS;
      for (const client of clients) client.detachIdle(now);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve((server.address() as { port: number }).port);
    });
  });
}
