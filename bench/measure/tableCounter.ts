import { Agent, createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';

const LOOPBACK = '127.0.0.1';

/** Stands between the service and Table Storage, and counts. It takes time: nothing is timed through it. */
export interface TableCounter {
  readonly port: number;
  /** Requests so far by what they do, such as `GET users` or `transaction users`. */
  counts(): Record<string, number>;
  close(): Promise<void>;
}

/** Starts on a free port of the loopback address, and passes on to a port there. */
export async function startTableCounter(targetPort: number): Promise<TableCounter> {
  const agent = new Agent({ keepAlive: true });
  const counts: Record<string, number> = {};
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const name = requestName(request.method ?? '', request.url ?? '', body.toString('latin1'));
    counts[name] = (counts[name] ?? 0) + 1;
    const { method, url: path, headers } = request;
    const passedOn = sendRequest({ host: LOOPBACK, port: targetPort, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passedOn.once('error', () => request.socket.destroy());
    passedOn.end(body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    counts: () => ({ ...counts }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

/** A short name for a request. @param url with the account as its first segment, as Azurite has it */
export function requestName(method: string, url: string, body: string): string {
  const table = /^\/[^/]+\/(\$?\w+)/.exec(url)?.[1] ?? '';
  if (table === 'Tables') return 'create table';
  if (table !== '$batch') return `${method} ${table}`;
  const first = /^\w+ https?:\/\/[^/]+\/[^/]+\/(\w+)/m.exec(body)?.[1] ?? '';
  return `transaction ${first}`;
}
