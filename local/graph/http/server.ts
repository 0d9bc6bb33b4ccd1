import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './body.ts';
import type { Delivery, HttpRequest } from './exchange.ts';

export type Handle = (request: HttpRequest) => Promise<Delivery>;

export interface HttpServer {
  readonly port: number;
  /** Ends every connection, also those with a request in progress. */
  close(): Promise<void>;
}

/** Serves on the loopback address; port 0 takes a free one. */
export async function startHttpServer(port: number, handle: Handle): Promise<HttpServer> {
  const server = createServer((request, response) => {
    exchange(handle, request, response).catch((error: unknown) => {
      // The server is closing, or the caller has disconnected, so no answer is possible.
      if (!server.listening || request.socket.destroyed) return void response.destroy();
      console.error(error);
      response.writeHead(500).end();
    });
  });
  // A client that reuses a connection just while the server closes it sees a failure that is not Graph's.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function exchange(handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const delivery = await handle({
    method: (request.method ?? 'GET').toUpperCase(),
    url: request.url ?? '/',
    headers: plainHeaders(request),
    body: await readBody(request),
  });
  const { status, headers, body } = delivery.answer;
  const nothingToTruncate = delivery.kind === 'truncate' && body === undefined;
  if (response.destroyed || delivery.kind === 'reset' || nothingToTruncate) {
    delivery.onLost?.();
    request.socket.resetAndDestroy();
    return;
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!response.hasHeader('content-type')) response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.writeHead(status);
  if (delivery.kind === 'whole') {
    response.end(text);
    return;
  }
  delivery.onLost?.();
  response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
