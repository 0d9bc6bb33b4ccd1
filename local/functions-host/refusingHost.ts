import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host that is not running: it listens, and answers every request with 503 as the real one does. */
export interface RefusingHost {
  readonly port: number;
  close(): Promise<void>;
}

/** @param port of the loopback address; 0 for any that is free */
export async function startRefusingHost(port: number): Promise<RefusingHost> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end('Function host is not running.');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
