import { Agent, createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../local/graph/directory/random.ts';
import { type TableFault, type TableOdds, tableFaultKinds, tableOdds } from './faultRates.ts';

const LOOPBACK = '127.0.0.1';
/** How long a request that hangs, or is late, is kept. */
const HANG_MS = 2_000;
const LATE_MS = 700;

/** Stands between the service and Table Storage, and fails. */
export interface TableProxy {
  readonly port: number;
  /** Requests so far: the clock of a campaign. */
  readonly requests: number;
  /** Faults so far, by kind; an outage counts one for each request. */
  readonly faults: Readonly<Record<TableFault | 'outage', number>>;
  setOdds(odds: TableOdds): void;
  /** Resets every connection while there is an outage. */
  setOutage(isOut: boolean): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * Starts a proxy on a free port of the loopback address that passes on to a port there. No fault happens until odds are
 * set. Which fault a request meets depends on the stream and on the order of requests.
 * @param onBody takes the body of each request
 */
export async function startTableProxy(
  targetPort: number,
  random: Random,
  onBody: (body: string) => void = () => {},
): Promise<TableProxy> {
  const agent = new Agent({ keepAlive: true });
  let odds = tableOdds('none');
  let requests = 0;
  let isOut = false;
  const faults = { refuse: 0, error: 0, busy: 0, hang: 0, late: 0, dropAnswer: 0, outage: 0 };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    if (isOut) {
      faults.outage++;
      request.socket.destroy();
      return;
    }
    const fault = drawFault(odds, random());
    if (fault !== undefined) faults[fault]++;
    const body = await buffer(request);
    onBody(body.toString());
    if (fault === 'hang') await delay(HANG_MS);
    if (fault === 'refuse' || fault === 'hang') request.socket.destroy();
    else if (fault === 'error') write(response, failure(500, 'InternalError'));
    else if (fault === 'busy') write(response, failure(503, 'ServerBusy'));
    else {
      if (fault === 'late') await delay(LATE_MS);
      const answer = await passOn(request, body, targetPort, agent);
      if (fault === 'dropAnswer') request.socket.destroy();
      else write(response, answer);
    }
  };
  const server = createServer((request, response) => {
    // The client or the target has disconnected, so no answer is possible.
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    get requests() {
      return requests;
    },
    faults,
    setOdds: (changed) => {
      odds = changed;
    },
    setOutage: (changed) => {
      isOut = changed;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

/** The connection string with the proxy in the place of the tables. */
export function throughProxy(connectionString: string, { port }: Pick<TableProxy, 'port'>): string {
  return connectionString.replace(/(TableEndpoint=http:\/\/[^:/]+:)\d+/, `$1${port}`);
}

/** The port of the tables in a connection string of Azurite. */
export function tablePortOf(connectionString: string): number {
  return Number(/TableEndpoint=http:\/\/[^:/]+:(\d+)/.exec(connectionString)?.[1]);
}

/** @param draw from 0 to 1 */
export function drawFault(odds: TableOdds, draw: number): TableFault | undefined {
  let sum = 0;
  for (const kind of tableFaultKinds) {
    sum += odds[kind];
    if (draw < sum) return kind;
  }
  return undefined;
}

function passOn(request: IncomingMessage, body: Buffer, port: number, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = request;
    const forwarded = sendRequest({ host: LOOPBACK, port, method, path: url, headers, agent }, (answer) => {
      buffer(answer).then(
        (received) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: received }),
        reject,
      );
    });
    forwarded.once('error', reject);
    forwarded.end(body);
  });
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  // The body is whole by now, however it was transferred.
  const { 'transfer-encoding': _, connection: __, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': body.length }).end(body);
}

function failure(status: number, code: string): Answer {
  const body = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'An error was injected.' } } });
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}
