import { sendHttp } from '../http.ts';

/**
 * Finds the issuer of the tokens for a service, with the tenant. The service names it when a request has no token.
 * @returns undefined when the service needs no sign-in or names no issuer
 */
export async function discoverAuthority(address: string): Promise<string | undefined> {
  const response = await sendHttp(`${address}/operations`, {});
  await response.body?.cancel();
  const uri = /authorization_uri="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  return uri?.replace(/\/oauth2\/.*$/, '');
}
