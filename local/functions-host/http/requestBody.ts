import type { IncomingMessage } from 'node:http';

/** The largest request body that the host takes, in bytes (100 MB). */
export const MAX_BODY_BYTES = 104_857_600;

export class BodyTooLargeError extends Error {
  constructor() {
    super(`The body is larger than ${MAX_BODY_BYTES} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/**
 * Reads a body to its end. The real host hands on only a body whose length is known, so one that is sent in chunks
 * arrives empty.
 * @param beforeBody called when there is something to read; reading waits for it
 * @throws BodyTooLargeError before anything is read
 */
export async function readBody(message: IncomingMessage, beforeBody: () => Promise<void>): Promise<Buffer> {
  const length = Number(message.headers['content-length'] ?? 0);
  if (length === 0 || message.headers['transfer-encoding'] !== undefined) return Buffer.alloc(0);
  if (length > MAX_BODY_BYTES) throw new BodyTooLargeError();
  await beforeBody();
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks, length);
}
