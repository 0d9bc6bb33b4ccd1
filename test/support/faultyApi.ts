import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeNow, listen } from './listen.ts';

/** A request that came by. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as the API gets them. */
  readonly path: string;
  readonly atMs: number;
  /** What was answered instead of the API; 0 where the connection was broken, null where the API answered. */
  readonly fault: number | null;
  readonly authorization: string | null;
  readonly operationId: string | null;
}

/**
 * A proxy in front of the API with faults. The caller chooses them by the address: requests to `/KEY/FAULT/TIMES/api/…`
 * fail TIMES times for each KEY, and are then passed on as `/api/…`. FAULT is a status, with what `Retry-After` says
 * after a hyphen (`503-1`, or `503-date` for a time a second from now), or `drop`, which breaks the connection, `lose`,
 * which does so once the API has answered, `cut`, which does so amid the answer, or `stall`, whose answer begins and
 * never ends. `/KEY/log` answers with the requests of a key, as JSON; those without one, such as links in answers lead
 * to, have the key `-`.
 */
export interface FaultyApi {
  readonly url: string;
  seen(key: string): readonly SeenRequest[];
  close(): Promise<void>;
}

const NO_KEY = '-';

/** @param target where the API is: its origin */
export async function startFaultyApi(target: string): Promise<FaultyApi> {
  const seen = new Map<string, SeenRequest[]>();
  const seenOf = (key: string): SeenRequest[] => {
    const list = seen.get(key) ?? [];
    seen.set(key, list);
    return list;
  };

  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const [, key = NO_KEY, fault = '', times = ''] = /^\/([^/]+)\/([^/]+)\/(\d+)\//.exec(url) ?? [];
    const log = /^\/([^/]+)\/log$/.exec(url)?.[1];
    if (log !== undefined) return void response.end(JSON.stringify(seenOf(log)));
    const path = key === NO_KEY ? url : url.slice(`/${key}/${fault}/${times}`.length);
    const failed = seenOf(key).filter((one) => one.fault !== null).length;
    const status = failed < Number(times) ? Number.parseInt(fault, 10) || 0 : null;
    const { method = '', headers } = request;
    seenOf(key).push({
      method,
      path,
      atMs: Date.now(),
      fault: status,
      authorization: headers.authorization ?? null,
      operationId: headers['operation-id']?.toString() ?? null,
    });
    if (status === null || fault === 'lose') passOn(request, response, new URL(path, target), status !== null);
    else if (fault === 'cut' || fault === 'stall') begin(request, response, fault === 'cut');
    else if (status === 0) request.socket.destroy();
    else fail(request, response, status, fault.split('-')[1]);
  });
  const { url } = await listen(server);
  return {
    url,
    seen: (key) => seenOf(key),
    close: () => closeNow(server),
  };
}

function passOn(request: IncomingMessage, response: ServerResponse, url: URL, lose: boolean): void {
  const { method, headers } = request;
  const forwarded = forward(url, { method, headers }, (answer) => {
    if (lose) return void request.socket.destroy();
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.once('error', () => request.socket.destroy());
  request.pipe(forwarded);
}

/** Sends the first half of an answer. */
function begin(request: IncomingMessage, response: ServerResponse, cut: boolean): void {
  request.resume();
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '20' });
  response.write('{"value": ', () => {
    if (cut) request.socket.destroy();
  });
}

/** As a gateway fails: the body is not that of the API. */
function fail(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  retryAfter: string | undefined,
): void {
  request.resume();
  const seconds = retryAfter === 'date' ? new Date(Date.now() + 1_000).toUTCString() : retryAfter;
  response.writeHead(status, {
    'Content-Type': 'text/html',
    ...(seconds === undefined ? {} : { 'Retry-After': seconds }),
  });
  response.end('<html>The gateway failed.</html>');
}
