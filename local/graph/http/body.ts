import type { IncomingMessage } from 'node:http';

/** The largest body that Graph takes, in bytes. */
const LARGEST_BODY = 4 * 1024 * 1024;

/** Reads a body as text; undefined when it is larger than Graph takes. What is too much is read and thrown away. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > LARGEST_BODY ? undefined : Buffer.concat(chunks).toString('utf8');
}
