import type { RpcCookie, RpcHttp, RpcTypedData } from '../app/rpc.ts';

/** An answer, ready to be written. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

/** What Kestrel takes in a header that it writes: visible ASCII, spaces and tabs. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const NOTHING = new Uint8Array();

/**
 * Turns the result of the function into an answer. A function that returns nothing gives 204.
 * @throws Error when Kestrel would refuse to write it
 */
export function toHttpAnswer(returnValue: RpcTypedData | null | undefined): HttpAnswer {
  const http: RpcHttp | null | undefined = returnValue?.http;
  if (!http) return emptyAnswer(204);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (value !== '' || name.toLowerCase() !== 'content-type') headers[name] = value;
  }
  const cookies = (http.cookies ?? []).map(formatCookie);
  if (cookies.length > 0) headers['set-cookie'] = [...[headers['set-cookie'] ?? []].flat(), ...cookies];
  const body = toBytes(http.body);
  requireWritable(headers, body);
  return { status: Number(http.statusCode ?? 200), headers, body };
}

function requireWritable(headers: HttpAnswer['headers'], body: Uint8Array): void {
  for (const [name, value] of Object.entries(headers)) {
    if ([value].flat().every((text) => HEADER_VALUE.test(text))) continue;
    throw new Error(`The header "${name}" of the response has other characters than ASCII; encode them.`);
  }
  const length = headers['content-length'];
  if (length !== undefined && (!/^\d+$/.test(String(length)) || Number(length) < body.byteLength)) {
    throw new Error(`The response has ${body.byteLength} bytes, but its Content-Length is "${length}"; leave it out.`);
  }
}

export function emptyAnswer(status: number): HttpAnswer {
  return { status, headers: {}, body: NOTHING };
}

export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function toBytes(data: RpcTypedData | null | undefined): Uint8Array {
  if (!data) return NOTHING;
  if (data.bytes) return data.bytes;
  const text = data.string ?? data.json ?? data.int ?? data.double;
  return text === null || text === undefined ? NOTHING : Buffer.from(String(text));
}

/** A Set-Cookie value as ASP.NET Core appends it: the value is escaped, and the path is `/` unless it is given. */
export function formatCookie(cookie: RpcCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const sameSite = cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite;
  const parts = [
    `${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`,
    expires != null && `expires=${new Date(expires * 1000).toUTCString()}`,
    cookie.maxAge?.value != null && `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain?.value && `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value && 'secure',
    cookie.sameSite && cookie.sameSite !== 'none' && `samesite=${sameSite}`,
    cookie.httpOnly?.value && 'httponly',
  ];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('; ');
}
