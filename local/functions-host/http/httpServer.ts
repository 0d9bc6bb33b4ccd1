import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BodyTooLargeError, readBody } from './rpcRequest.ts';
import { emptyAnswer, type HttpAnswer } from './rpcResponse.ts';

/** Answers one request. The body has been read. */
export type AnswerRequest = (request: IncomingMessage, body: Buffer) => Promise<HttpAnswer>;

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, and lets running requests finish until the signal says that they had their time. */
  close(giveUp: AbortSignal): Promise<void>;
}

/**
 * Serves HTTP on the loopback address. While it closes, requests on connections that are still open get a 503.
 * @param port 0 for any free port
 */
export async function startHttpServer(port: number, answer: AnswerRequest): Promise<HttpServer> {
  let closing = false;
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void respond(request, response, closing ? async () => emptyAnswer(503) : answer, () => closing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (giveUp) => {
      closing = true;
      return stop(server, giveUp);
    },
  };
}

function stop(server: Server, giveUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cut = (): void => server.closeAllConnections();
    server.close(() => {
      giveUp.removeEventListener('abort', cut);
      resolve();
    });
    server.closeIdleConnections();
    giveUp.addEventListener('abort', cut, { once: true });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: AnswerRequest,
  closing: () => boolean,
): Promise<void> {
  let written: HttpAnswer;
  try {
    written = await answer(request, await readBody(request));
  } catch (error) {
    if (request.errored || request.destroyed) return;
    written = emptyAnswer(error instanceof BodyTooLargeError ? 413 : 500);
  }
  if (response.destroyed) return;
  const hasBody = written.status >= 200 && written.status !== 204 && written.status !== 304;
  response.statusCode = written.status;
  for (const [name, value] of Object.entries(written.headers)) response.setHeader(name, value);
  if (hasBody) response.setHeader('content-length', written.body.byteLength);
  if (closing() || !request.complete) response.setHeader('connection', 'close');
  response.end(hasBody ? written.body : undefined);
}
