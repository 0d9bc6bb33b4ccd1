import { isLoopback } from '../../shared/loopback.ts';
import { Failure } from '../failure.ts';
import { tokenOfAzureTools } from './azureTools.ts';
import { readLogins } from './logins.ts';
import { scopeOf, tokenOfLogin } from './storedLogin.ts';

/** Returns the access token for a call; undefined when the call needs none. */
export type GetToken = () => Promise<string | undefined>;

/**
 * Signs in with the token in MFA_ACCESS_TOKEN, with the account of `mfa login`, or like other Azure tools. A local service
 * needs no sign-in, so without any of these it gets no token.
 * @param audience the option --audience, or MFA_AUDIENCE: the API's App ID URI or client id
 * @param ready the token in MFA_ACCESS_TOKEN
 */
export function signIn(address: string, audience: string | undefined, ready: string | undefined): GetToken {
  if (ready) return async () => ready;
  const login = readLogins().logins[address];
  if (login !== undefined && (!audience || audience === login.audience))
    return async () => (await tokenOfLogin(login)).accessToken;
  if (audience) return () => tokenOfAzureTools(scopeOf(audience));
  if (isLoopback(address)) return async () => undefined;
  return async () => {
    throw new Failure(
      'NotSignedIn',
      'You are not signed in. Sign in with mfa login. To sign in like other Azure tools (az login, managed identity), set --audience or MFA_AUDIENCE to the App ID URI of the API.',
      { commands: [`mfa login --url ${address} --audience api://TENANT_ID/per-user-mfa-prod`] },
    );
  };
}
