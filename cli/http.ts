import { isLoopback } from '../shared/loopback.ts';
import type { HttpRequest, HttpResponse } from './httpMessage.ts';
import { requestHttp } from './requestHttp.ts';

export type SendHttp = (url: string, request: HttpRequest) => Promise<HttpResponse>;

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/**
 * Sends a request, through the proxy of HTTPS_PROXY or HTTP_PROXY unless NO_PROXY names the host. A local service is
 * never reached through a proxy. A redirection is an error, because a token must not follow it.
 */
export const sendHttp: SendHttp = async (url, request) => {
  if (proxyOf(url) === undefined) return requestHttp(url, request);
  const { fetchThroughProxy } = await import('./fetchThroughProxy.ts');
  return fetchThroughProxy(url, request);
};

/** The proxy for an address, unless NO_PROXY excludes it. It is for messages, so it has no user and no password. */
export function proxyOf(url: string): string | undefined {
  if (isLoopback(url)) return undefined;
  const proxy = PROXY_VARIABLES.map((name) => process.env[name]).find(Boolean);
  if (proxy === undefined) return undefined;
  return URL.canParse(proxy) ? new URL(proxy).host : 'of HTTPS_PROXY, which is not a URL';
}
