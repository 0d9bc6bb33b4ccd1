import type { IncomingMessage } from 'node:http';
import { isHost } from './hostHeader.ts';
import { readBody } from './requestBody.ts';
import { readHeaders } from './requestHeaders.ts';
import { parseTarget, type RequestTarget } from './requestTarget.ts';

/** A request as the server of the real host, Kestrel, hands it on. */
export interface ServerRequest extends RequestTarget {
  readonly method: string;
  /** The header Host; empty when it is missing or says nothing. */
  readonly host: string;
  /** Names are in lower case, values of one name joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * Reads the body. As on the real host, one without Content-Length is none.
   * @throws BodyTooLargeError before anything is read
   */
  readBody(): Promise<Buffer>;
}

/** A request that Kestrel answers itself, with that status and nothing else. */
export class RefusedRequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RefusedRequestError';
    this.status = status;
  }
}

const REQUEST_LINE_MAX_BYTES = 8192;
const HEADERS_MAX_BYTES = 32_768;
const HEADERS_MAX_COUNT = 100;
const VERSIONS = ['1.0', '1.1'];

/**
 * Takes over what Node.js has parsed, under Kestrel's limits and rules.
 * @param beforeBody called when the body is about to be read
 * @throws RefusedRequestError
 */
export function toServerRequest(message: IncomingMessage, beforeBody: () => Promise<void>): ServerRequest {
  const { method = '', url = '', httpVersion, rawHeaders } = message;
  if (httpVersion === '0.9') throw new RefusedRequestError(400, 'The request line has no version.');
  if (!VERSIONS.includes(httpVersion)) throw new RefusedRequestError(505, `HTTP/${httpVersion} is not served.`);
  const lineBytes = `${method} ${url} HTTP/1.1\r\n`.length;
  if (lineBytes > REQUEST_LINE_MAX_BYTES) throw new RefusedRequestError(414, 'The request line is too long.');
  const headerBytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  if (headerBytes > HEADERS_MAX_BYTES || rawHeaders.length / 2 > HEADERS_MAX_COUNT) {
    throw new RefusedRequestError(431, 'There are too many headers, or too large ones.');
  }
  const headers = readHeaders(rawHeaders);
  if (!headers) throw new RefusedRequestError(400, 'A header is not UTF-8 text.');
  const host = hostOf(headers, httpVersion);
  const target = parseTarget(method, url, host);
  if (!target) throw new RefusedRequestError(400, `The target ${JSON.stringify(url)} is none.`);
  requireFraming(method, httpVersion, headers);
  return { ...target, method, host, headers, readBody: () => readBody(message, beforeBody) };
}

function hostOf(headers: ReadonlyMap<string, string>, httpVersion: string): string {
  const host = headers.get('host');
  if (host === undefined && httpVersion !== '1.0') throw new RefusedRequestError(400, 'There is no Host header.');
  // Two headers were joined by a comma, which no host has.
  if (host !== undefined && !isHost(host)) throw new RefusedRequestError(400, 'The Host header names no host.');
  return host ?? '';
}

function requireFraming(method: string, httpVersion: string, headers: ReadonlyMap<string, string>): void {
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined && !/(^|,)\s*chunked$/i.test(encoding)) {
    throw new RefusedRequestError(400, 'The last transfer encoding must be chunked.');
  }
  const hasLength = encoding !== undefined || headers.has('content-length');
  if (httpVersion === '1.0' && ['POST', 'PUT'].includes(method) && !hasLength) {
    throw new RefusedRequestError(400, 'A body in HTTP/1.0 needs a Content-Length.');
  }
}
