import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import type { HttpRequest, HttpResponse } from './httpMessage.ts';

const CONNECT_WITHIN_MS = 10_000;
/** How long the service may say nothing. */
const SILENT_FOR_MS = 300_000;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request with the HTTP client that Node.js has loaded anyway: loading fetch takes longer than all else that a
 * command does.
 * @throws Error when the service does not answer, or with a redirection: a token must not follow one
 */
export function requestHttp(
  url: string,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<HttpResponse> {
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const options = { method, headers: { ...headers, ...length }, ...(signal === undefined ? {} : { signal }) };
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? requestTls : requestPlain)(url, options);
    const endFor = (problem: string) => () => request.destroy(new Error(problem));
    request.setTimeout(SILENT_FOR_MS, endFor('The service says nothing.'));
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(endFor('The service takes too long to connect.'), CONNECT_WITHIN_MS);
      for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
    });
    request.once('error', reject);
    request.once('response', (message) => {
      if (!REDIRECTIONS.has(message.statusCode ?? 0)) return resolve(responseOf(message));
      request.destroy(new Error('The service answered with a redirection, which is not followed.'));
    });
    request.end(body);
  });
}

function responseOf(message: IncomingMessage): HttpResponse {
  const status = message.statusCode ?? 0;
  const headers = new Map(Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(', ')]));
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name) => headers.get(name.toLowerCase()) ?? null,
      forEach: (each) => headers.forEach(each),
    },
    body: Object.assign(message, { cancel: async () => void message.destroy() }),
    text: () => text(message),
  };
}
