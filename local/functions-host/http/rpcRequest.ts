import type { IncomingMessage } from 'node:http';
import type { RpcHttp, RpcNullable } from '../app/rpc.ts';

/** The largest request body that Azure Functions takes, in bytes (100 MB). */
export const MAX_BODY_BYTES = 104_857_600;

export class BodyTooLargeError extends Error {
  constructor() {
    super(`The body is larger than ${MAX_BODY_BYTES} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/**
 * Reads the body to its end.
 * @throws BodyTooLargeError as soon as there is too much of it
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw new BodyTooLargeError();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BodyTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The request as the host sends it to the worker: header names in lower case, values of one name joined by a comma. */
export function toRpcRequest(request: IncomingMessage, parameters: Record<string, string>, body: Buffer): RpcHttp {
  const target = (request.url ?? '/').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const host = request.headers.host ?? `127.0.0.1:${request.socket.localPort}`;
  return {
    method: request.method ?? 'GET',
    url: `http://${host}${target}`,
    nullableHeaders: nullable(collect(headerPairs(request))),
    nullableQuery: nullable(collect(new URLSearchParams(/\?[^#]*/.exec(target)?.[0] ?? ''))),
    nullableParams: nullable(parameters),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

function* headerPairs(request: IncomingMessage): Iterable<[string, string]> {
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    yield [(request.rawHeaders[at] as string).toLowerCase(), request.rawHeaders[at + 1] as string];
  }
}

function collect(pairs: Iterable<[string, string]>): Record<string, string> {
  const values: Record<string, string> = Object.create(null); // a name may be "constructor"
  for (const [name, value] of pairs) values[name] = name in values ? `${values[name]},${value}` : value;
  return values;
}

function nullable(values: Record<string, string>): Record<string, RpcNullable<string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
