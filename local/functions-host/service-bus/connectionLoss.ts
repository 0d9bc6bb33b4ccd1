import type { EventEmitter } from 'node:events';
import type { ServiceBusClient } from '@azure/service-bus';

/** The part of the client that is not its public interface, as of @azure/service-bus 7.9. */
interface ClientInternals {
  readonly _connectionContext: { readonly connection: Pick<EventEmitter, 'once'> };
}

/**
 * Calls back when the client's first connection breaks, or cannot be made. The client keeps that to itself, and waits
 * for answers that can no longer come: a minute for a settlement, and at times its whole try timeout for a message.
 */
export function onceDisconnected(client: ServiceBusClient, callback: (error: Error) => void): void {
  const { connection } = (client as unknown as ClientInternals)._connectionContext;
  let opened = false;
  connection.once('connection_open', () => {
    opened = true;
  });
  connection.once('disconnected', (context: { readonly error?: { readonly message?: string } } | undefined) => {
    callback(opened ? new ConnectionLostError() : new Error(context?.error?.message || 'the broker was not reached'));
  });
}

/** The connection broke while the broker was asked for something. */
export class ConnectionLostError extends Error {
  constructor() {
    super('the connection was lost');
    this.name = 'ConnectionLostError';
  }
}
