import type { ServerResponse } from 'node:http';
import type { HttpAnswer } from './rpcResponse.ts';

/** Headers that say how the connection is used. Node.js sets them, so of the app's only their meaning is taken. */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive']);

/**
 * Writes an answer with Kestrel's framing: in chunks, unless the app has set a length or there is no body.
 * @param close ends the connection afterwards, as `Connection: close` of the app does
 */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, close: boolean): void {
  const { status, headers, body } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) response.setHeader(name, value);
  }
  if (close || /\bclose\b/i.test(String(headers.connection ?? ''))) response.setHeader('connection', 'close');
  const mayHaveBody = status !== 204 && status !== 304 && response.req.method !== 'HEAD';
  const inChunks = mayHaveBody && body.byteLength > 0 && !response.hasHeader('content-length');
  // Node.js throws for a Trailer header where no trailer can follow.
  if (!inChunks || response.req.httpVersion === '1.0') response.removeHeader('trailer');
  if (!mayHaveBody) return void response.end();
  if (body.byteLength === 0 && !response.hasHeader('content-length')) response.setHeader('content-length', 0);
  const incomplete = frameAsTheAppDoes(response, body);
  // The end apart: together with the body, Node.js would find out the length and write it.
  if (body.byteLength > 0) response.write(body);
  response.end();
  if (incomplete) response.socket?.destroySoon();
}

/**
 * An app that frames its answer itself gets what it asked for: a length that promises more than there is, or a body that
 * it calls chunked although it is not. The client can only be told by ending the connection.
 * @returns whether the client cannot find the end of the body
 */
function frameAsTheAppDoes(response: ServerResponse, body: Uint8Array): boolean {
  if (response.hasHeader('transfer-encoding')) {
    response.flushHeaders();
    response.chunkedEncoding = false;
    return true;
  }
  return Number(response.getHeader('content-length') ?? 0) > body.byteLength;
}
