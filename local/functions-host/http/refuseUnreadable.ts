import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HostLog } from '../hostLog.ts';

/** What Node.js says of bytes that it cannot read as HTTP. */
interface ParseError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** Whether the client ended the connection in the middle of a request. */
export function isCutOff({ code }: ParseError): boolean {
  return code === 'HPE_INVALID_EOF_STATE';
}

/**
 * Answers bytes that are no HTTP with the status that Kestrel has for them, and ends the connection. A request that was
 * cut off gets no answer.
 */
export function refuseUnreadable(error: ParseError, socket: Duplex, log: HostLog): void {
  if (isCutOff(error) || !socket.writable) return void socket.destroy();
  const status = statusOf(error);
  log.host('warning', `A request was refused with ${status}: ${error.message}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

function statusOf({ code, rawPacket }: ParseError): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  const [, version] = /^\r?\n?\S+ \S+ ([^\s]+)\r?\n/.exec(rawPacket?.toString('latin1') ?? '') ?? [];
  return version !== undefined && !/^HTTP\/1\.[01]$/.test(version) ? 505 : 400;
}
