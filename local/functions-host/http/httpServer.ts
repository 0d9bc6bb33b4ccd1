import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HostLog } from '../hostLog.ts';
import { isCutOff, refuseUnreadable } from './refuseUnreadable.ts';
import { emptyAnswer, type HttpAnswer } from './rpcResponse.ts';
import { RefusedRequestError, type ServerRequest, toServerRequest } from './serverRequest.ts';
import { writeAnswer } from './writeAnswer.ts';

/** Answers one request. */
export type AnswerRequest = (request: ServerRequest) => Promise<HttpAnswer>;

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, and lets running requests finish until the signal says that they had their time. */
  close(giveUp: AbortSignal): Promise<void>;
}

const OPTIONS = {
  requestTimeout: 0,
  keepAliveTimeout: 130_000, // Kestrel's
  requireHostHeader: false, // toServerRequest judges it
  maxHeaderSize: 128 * 1024, // toServerRequest refuses less
  insecureHTTPParser: true, // Kestrel takes more than Node.js; what it does not take, toServerRequest refuses
};

/**
 * Serves HTTP on the loopback address. While it closes, requests on connections that are still open get a 503.
 * @param port 0 for any free port
 * @param log told of requests that are refused, and of answers that cannot be written
 */
export async function startHttpServer(port: number, answer: AnswerRequest, log: HostLog): Promise<HttpServer> {
  let closing = false;
  const running = new Set<Duplex>();
  const broken = new WeakSet<Duplex>();
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = message;
    running.add(socket);
    const written = await respond(message, response, closing ? async () => emptyAnswer(503) : answer, log);
    running.delete(socket);
    if (response.destroyed) return;
    try {
      writeAnswer(response, written, closing || broken.has(socket));
    } catch (error) {
      log.host('error', `The answer to ${message.method} ${message.url} cannot be written: ${error}`);
      response.destroy();
    }
  };
  const server = createServer(OPTIONS, serve);
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    const response = new ServerResponse(message);
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    void serve(message, response);
  });
  server.on('clientError', (error, socket) => {
    // Later requests on the connection do not affect a pending request.
    if (running.has(socket) && !isCutOff(error)) broken.add(socket);
    else refuseUnreadable(error, socket, log);
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
  message: IncomingMessage,
  response: ServerResponse,
  answer: AnswerRequest,
  log: HostLog,
): Promise<HttpAnswer> {
  try {
    return await answer(toServerRequest(message, () => sayContinue(message, response)));
  } catch (error) {
    if (error instanceof RefusedRequestError) {
      log.host('warning', `A request was refused with ${error.status}: ${error.message}`);
      return { ...emptyAnswer(error.status), headers: { connection: 'close' } };
    }
    log.host('error', `${message.method} ${message.url} failed: ${error}`);
    return emptyAnswer(500);
  }
}

/** As Kestrel does, says "100 Continue" only when the body is wanted, and the client still waits with it. */
async function sayContinue(message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (message.headers.expect?.toLowerCase() !== '100-continue') return;
  await new Promise(setImmediate); // A body that came together with the headers is there then.
  if (!message.complete && message.readableLength === 0) response.writeContinue();
}
