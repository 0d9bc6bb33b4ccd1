import { isLoopback } from '../../shared/loopback.ts';
import type { ServiceAddress } from '../address.ts';
import { Failure } from '../failure.ts';
import { tokenOfAzureTools } from './azureTools.ts';
import { readLogins } from './logins.ts';
import { scopeOf, tokenOfLogin } from './storedLogin.ts';

/** Returns the access token for a call; undefined when the call needs none. */
export type GetToken = () => Promise<string | undefined>;

/**
 * Signs in with the token in MFA_ACCESS_TOKEN, with the account of `mfa login`, or like other Azure tools. A local service
 * needs no sign-in, so without any of these it gets no token. An address that the user did not name gets no token, except
 * that of the login that was made for it.
 * @param audience the option --audience, or MFA_AUDIENCE: the API's App ID URI or client id
 * @param ready the token in MFA_ACCESS_TOKEN
 */
export function signIn(
  { url, source }: ServiceAddress,
  audience: string | undefined,
  ready: string | undefined,
): GetToken {
  const { logins } = readLogins();
  const login = Object.hasOwn(logins, url) ? logins[url] : undefined;
  const fits = login !== undefined && (!audience || audience === login.audience);
  if (source !== 'named' && (ready || (audience && !(source === 'login' && fits))))
    return failing(addressNotNamed(url, ready ? 'MFA_ACCESS_TOKEN' : '--audience or MFA_AUDIENCE'));
  if (ready) return async () => ready;
  if (fits && source !== 'guessed') return async () => (await tokenOfLogin(login)).accessToken;
  if (audience) return () => tokenOfAzureTools(scopeOf(audience));
  if (isLoopback(url)) return async () => undefined;
  return failing(
    new Failure(
      'NotSignedIn',
      'You are not signed in. Sign in with mfa login. To sign in like other Azure tools (az login, managed identity), set --audience or MFA_AUDIENCE to the App ID URI of the API.',
      { commands: [`mfa login --url ${url} --audience api://TENANT_ID/per-user-mfa-prod`] },
    ),
  );
}

function failing(failure: Failure): GetToken {
  return async () => {
    throw failure;
  };
}

function addressNotNamed(url: string, sign: string): Failure {
  return new Failure(
    'AddressNotNamed',
    `No token was sent to ${url}, because you did not name this address, and another program may listen there. Set --url or MFA_URL to the address of the service, or remove ${sign}.`,
  );
}
