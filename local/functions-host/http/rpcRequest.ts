import type { RpcHttp, RpcNullable } from '../app/rpc.ts';
import { encodePath } from './encodePath.ts';
import { parseQuery } from './query.ts';
import type { ServerRequest } from './serverRequest.ts';

/**
 * The request as the host sends it to the worker. Its address is put together again from host, decoded path and query.
 * @throws Error for a request without a host, of which no address can be made
 */
export function toRpcRequest(request: ServerRequest, parameters: Record<string, string>, body: Buffer): RpcHttp {
  const { method, host, path, query } = request;
  if (host === '') throw new Error('The request names no host, so it has no address.');
  return {
    method,
    url: `http://${host}${encodePath(path)}${query}`,
    nullableHeaders: nullable(request.headers),
    nullableQuery: nullable(parseQuery(query)),
    nullableParams: nullable(Object.entries(parameters)),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

function nullable(values: Iterable<readonly [string, string]>): Record<string, RpcNullable<string>> {
  return Object.fromEntries([...values].map(([name, value]) => [name, { value }]));
}
