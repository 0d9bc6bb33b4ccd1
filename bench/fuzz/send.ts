import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { FuzzRequest } from './request.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How long an answer may take, on a slow machine that does other work. */
const TIMEOUT_MS = 60_000;

/**
 * Sends a request as it is, with nothing put right.
 * @throws Error when there is no answer
 */
export function send(hostUrl: string, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(hostUrl);
  // Node.js would leave the length out for methods that seldom have a body, and the body would be the next request.
  const all = {
    ...Object.fromEntries(headers),
    ...(body.length === 0 ? {} : { 'content-length': String(body.length) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, agent, timeout: TIMEOUT_MS, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error('There was no answer in time.')));
    sent.on('error', reject);
    sent.end(body.length === 0 ? undefined : body);
  });
}
