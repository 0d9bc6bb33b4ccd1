import type { AuthenticationResult } from '@azure/msal-node';
import { Failure } from '../failure.ts';
import { explainRefusal } from './explainRefusal.ts';
import type { Login } from './logins.ts';
import { publicClient, type SignInClient } from './publicClient.ts';

export const scopeOf = (audience: string): string => `${audience.replace(/\/+$/, '')}/.default`;

/**
 * Returns the token of a sign-in with `mfa login`, and renews it before it expires.
 * @throws Failure when the sign-in is no longer valid
 */
export async function tokenOfLogin(login: Login): Promise<AuthenticationResult> {
  const client = await publicClient(login);
  const account = await client.library.getTokenCache().getAccountByHomeId(login.homeAccountId);
  if (account === null)
    throw new Failure('SignInExpired', `The sign-in of ${login.username} no longer exists. Sign in again:`, {
      commands: ['mfa login'],
    });
  try {
    return await client.library.acquireTokenSilent({ account, scopes: [scopeOf(login.audience)] });
  } catch (cause) {
    throw signInFailure(cause, client, 'SignInExpired');
  }
}

/** The failed sign-in as a message, with Entra's code. */
export function signInFailure(cause: unknown, { lastRefusal }: SignInClient, code = 'SignInFailed'): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  const refused = /AADSTS\d+/.test(message) ? undefined : lastRefusal();
  return new Failure(code, `Sign-in failed: ${explainRefusal(refused ?? message)}`, { cause });
}
