import { isLoopback } from '../../shared/loopback.ts';
import { Failure } from '../failure.ts';
import { tokenOfAzureTools } from './azureTools.ts';
import { readLogins } from './logins.ts';
import { scopeOf, tokenOfLogin } from './storedLogin.ts';

/** Returns the access token for a call; undefined when the call needs none. */
export type GetToken = () => Promise<string | undefined>;

/**
 * How to sign in: with the token in MFA_ACCESS_TOKEN; as who signed in with `mfa login`; or as Azure's tools do. A stack
 * on this machine lets everybody in, so without any of these it gets no token.
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
      "Sign in first; or, to sign in as Azure's tools do (az login, managed identity), give the API's App ID URI with --audience or MFA_AUDIENCE.",
      { commands: [`mfa login --url ${address} --audience api://TENANT_ID/per-user-mfa-prod`] },
    );
  };
}
