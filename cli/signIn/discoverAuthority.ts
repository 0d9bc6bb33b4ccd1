import { sendHttp } from '../http.ts';

/**
 * Who issues the tokens that a service takes, with the tenant: the service names it to who comes without a token.
 * @returns undefined when it lets everybody in, or does not say
 */
export async function discoverAuthority(address: string): Promise<string | undefined> {
  const response = await sendHttp(`${address}/operations`, {});
  await response.body?.cancel();
  const uri = /authorization_uri="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  return uri?.replace(/\/oauth2\/.*$/, '');
}
