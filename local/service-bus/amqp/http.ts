const METHODS = /^(?:GET|HEAD|PUT|POST|PATCH|DELETE|OPTIONS) /;

/** Whether a client's first bytes are those of an HTTP request: the SDKs' administration clients send them here. */
export function isHttp(bytes: Buffer): boolean {
  return METHODS.test(bytes.toString('latin1', 0, 8));
}

const TEXT = `This emulator has no administration API: its queues are named when it is started (--queues FILE).
`;

/** The answer to such a client. */
export const NO_ADMINISTRATION = `HTTP/1.1 501 Not Implemented\r
content-type: text/plain\r
content-length: ${Buffer.byteLength(TEXT)}\r
connection: close\r
\r
${TEXT}`;
