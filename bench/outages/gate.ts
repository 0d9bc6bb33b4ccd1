import { Agent, createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './certificate.ts';
import { listenOn, listenOnLastingPort } from './lastingPort.ts';

export const LOOPBACK = '127.0.0.1';

/**
 * How a service fails.
 * - a status: each request is answered with it
 * - `refused`: the port is closed, and open connections are reset
 * - `hangs`: requests are accepted and never answered
 */
export type Failure = number | 'refused' | 'hangs';

/** Stands between the app and an HTTP service, and fails in place of the service. */
export interface Gate {
  readonly port: number;
  /** Where requests go. Until this is called, connections are reset. */
  forwardTo(port: number): void;
  /** From now on requests fail so. */
  fail(failure: Failure): Promise<void>;
  /** From now on requests are passed on again. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** The answer to a request that is not passed on. */
export interface OwnAnswer {
  readonly status: number;
  readonly body: string;
}

export interface GateOptions {
  /** From 0 to 1. */
  readonly random: () => number;
  /** The body of the answer with a status, as the service words it. */
  readonly bodyOf: (status: number) => string;
  /** Changes a request before it is passed on, or answers in place of the service. */
  readonly admit?: (request: IncomingMessage) => IncomingMessage['headers'] | OwnAnswer;
  readonly certificate?: Certificate;
  readonly address?: string;
}

/** Starts a gate on the loopback address. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const { address = LOOPBACK, admit = ({ headers }) => headers } = options;
  const agent = new Agent({ keepAlive: true });
  let target: number | undefined;
  let failure: Failure | undefined;

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (typeof failure === 'number') {
      request.resume();
      write(response, { status: failure, body: options.bodyOf(failure) });
    } else if (target === undefined || failure === 'refused') request.socket.destroy();
    else if (failure === undefined) {
      const admitted = admit(request);
      if (isOwnAnswer(admitted)) {
        request.resume();
        write(response, admitted);
      } else passOn(request, response, admitted, { port: target, agent });
    }
  };
  const server = options.certificate ? createTlsServer(options.certificate, handle) : createServer(handle);
  const port = await listenOnLastingPort(server, address, options.random);
  const stopListening = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    port,
    forwardTo: (chosen) => {
      target = chosen;
    },
    fail: async (chosen) => {
      failure = chosen;
      if (chosen === 'refused') await stopListening();
    },
    recover: async () => {
      if (failure === 'refused') await listenOn(server, port, address);
      // What hangs is not answered any later: its connection breaks.
      if (failure === 'hangs') server.closeAllConnections();
      failure = undefined;
    },
    close: async () => {
      if (server.listening) await stopListening();
      agent.destroy();
    },
  };
}

function isOwnAnswer(admitted: IncomingMessage['headers'] | OwnAnswer): admitted is OwnAnswer {
  return typeof admitted.status === 'number';
}

function write(response: ServerResponse, { status, body }: OwnAnswer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
}

function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  headers: IncomingMessage['headers'],
  { port, agent }: { readonly port: number; readonly agent: Agent },
): void {
  const { method, url } = request;
  const forwarded = sendRequest({ host: LOOPBACK, port, method, path: url, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.once('error', () => request.socket.destroy());
  response.once('close', () => forwarded.destroy());
  request.pipe(forwarded);
}
