import { createServer, type Server } from 'node:net';
import type { Broker } from '../engine/broker.ts';
import type { Queue } from '../engine/queue.ts';
import { Client, type Namespace } from './client.ts';
import type { Content } from './content.ts';
import { Dispatcher } from './dispatcher.ts';
import { connectionFactory } from './rhea.ts';

/** The address on which the emulator listens. It lets everybody in, so it is never another one. */
export const LOOPBACK = '127.0.0.1';

export interface AmqpServer {
  readonly port: number;
  /** Destroys the sockets of all clients. Returns how many there were. */
  dropConnections(): number;
  close(): Promise<void>;
}

/**
 * Serves a broker's queues over AMQP 1.0 on the loopback address.
 * @throws Error when the port is taken.
 */
export async function startAmqpServer(
  broker: Broker<Content>,
  options: { readonly port: number; readonly newMessageId: () => string },
): Promise<AmqpServer> {
  const createConnection = connectionFactory();
  const namespace = namespaceOf(broker, options.newMessageId);
  const clients = new Set<Client>();
  const server = createServer((socket) => {
    const client = new Client(socket, createConnection(), namespace);
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  });
  const port = await listen(server, options.port);
  const dropConnections = (): number => {
    const dropped = clients.size;
    for (const client of clients) client.drop();
    return dropped;
  };
  return {
    port,
    dropConnections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropConnections();
      }),
  };
}

function namespaceOf(broker: Broker<Content>, newMessageId: () => string): Namespace {
  const dispatchers = new Map<Queue<Content>, Dispatcher>();
  for (const queue of broker.queues()) {
    dispatchers.set(queue, new Dispatcher(queue));
    if (queue.deadLetters !== undefined) dispatchers.set(queue.deadLetters, new Dispatcher(queue.deadLetters));
  }
  return {
    find: (address) => broker.find(address),
    dispatcherOf: (queue) => dispatchers.get(queue) as Dispatcher,
    newMessageId,
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
