import { isLoopback } from '../shared/loopback.ts';
import { Failure } from './failure.ts';

/** Gives the access token for a call; undefined where none is needed. */
export type GetToken = () => Promise<string | undefined>;

/**
 * How to sign in: with the token in MFA_ACCESS_TOKEN, or as Azure's tools do (environment, workload identity, managed
 * identity, az login). A stack on this machine lets everybody in, so without an audience it gets no token.
 * @param audience the option --audience, or MFA_AUDIENCE: the API's App ID URI
 */
export function signIn(address: string, audience: string | undefined, ready: string | undefined): GetToken {
  if (ready !== undefined && ready !== '') return async () => ready;
  if (audience === undefined || audience === '') {
    if (isLoopback(address)) return async () => undefined;
    return async () => {
      throw new Failure(
        'NoAudience',
        "For whom is the token? Give the API's App ID URI with --audience or MFA_AUDIENCE, such as api://per-user-mfa.",
      );
    };
  }
  let credential: Promise<{ getToken(scope: string): Promise<{ token: string } | null> }> | undefined;
  return async () => {
    credential ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
    try {
      const token = await (await credential).getToken(`${audience.replace(/\/+$/, '')}/.default`);
      if (token !== null) return token.token;
    } catch (cause) {
      const [first = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
      throw new Failure('SignInFailed', `Signing in failed: ${first} Try az login.`, { cause });
    }
    throw new Failure('SignInFailed', 'Signing in gave no token. Try az login.');
  };
}
