// A file of its own in the build: it is large, and read only where there is a proxy.
import { EnvHttpProxyAgent, fetch } from 'undici';
import type { HttpRequest, HttpResponse } from './httpMessage.ts';

const { env } = process;
// A variable that is empty counts as none, however it is written.
const dispatcher = new EnvHttpProxyAgent({
  httpProxy: env.http_proxy || env.HTTP_PROXY || '',
  httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
  noProxy: env.no_proxy || env.NO_PROXY || '',
});

/** Like fetch, and obeys HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which Node.js does from version 24 on at best. */
export function fetchThroughProxy(url: string, request: HttpRequest): Promise<HttpResponse> {
  return fetch(url, { ...request, redirect: 'error', dispatcher });
}
