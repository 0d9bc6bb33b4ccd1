import type { RpcCookie, RpcHttp, RpcTypedData } from '../app/rpc.ts';

/** An answer, ready to be written. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

/** Headers that describe one connection, not the answer: this host's own server sets them. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);
const NOTHING = new Uint8Array();

/** What the function returned as an answer. A function that returns nothing is answered with an empty 200. */
export function toHttpAnswer(returnValue: RpcTypedData | null | undefined): HttpAnswer {
  const http: RpcHttp | null | undefined = returnValue?.http;
  if (!http) return emptyAnswer(200);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (!OWN_HEADERS.has(name.toLowerCase())) headers[name] = value;
  }
  const cookies = (http.cookies ?? []).map(formatCookie);
  if (cookies.length > 0) headers['set-cookie'] = [...[headers['set-cookie'] ?? []].flat(), ...cookies];
  return { status: Number(http.statusCode ?? 200), headers, body: toBytes(http.body) };
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
    `${encodeURIComponent(cookie.name ?? '')}=${encodeURIComponent(cookie.value ?? '')}`,
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
