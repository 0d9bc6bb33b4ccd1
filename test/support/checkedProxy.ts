import { createServer, request as forward } from 'node:http';
import { closeNow, listen } from './listen.ts';

/** A request to a proxy, read whole. */
export interface ProxiedRequest {
  readonly method: string;
  /** With its query, decoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A proxy in front of an HTTP server that refuses what its client may not do. */
export interface CheckedProxy {
  readonly port: number;
  /** The reasons of all refusals. */
  readonly refusals: readonly string[];
  close(): Promise<void>;
}

/**
 * @param refusalOf why a request is refused; undefined when it is allowed
 * @param refusal the body of the answer 403
 */
export async function startCheckedProxy(
  targetPort: number,
  refusalOf: (request: ProxiedRequest) => string | undefined,
  refusal: object,
): Promise<CheckedProxy> {
  const refusals: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const { method = 'GET', headers, url: path = '' } = request;
      const body = Buffer.concat(chunks);
      const reason = refusalOf({ method, path: decodeURIComponent(path), headers, body: body.toString('utf8') });
      if (reason !== undefined) {
        refusals.push(reason);
        response.writeHead(403, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(refusal));
        return;
      }
      const forwarded = forward({ host: '127.0.0.1', port: targetPort, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      forwarded.once('error', () => request.socket.destroy());
      forwarded.end(body);
    });
  });
  const { port } = await listen(server);
  return { port, refusals, close: () => closeNow(server) };
}
