import { isLoopback } from '../shared/loopback.ts';
import { Failure } from './failure.ts';
import { requestHttp } from './requestHttp.ts';
import { readLogins } from './signIn/logins.ts';

/** Where `npm start` serves the API unless told otherwise. */
export const LOCAL = 'http://127.0.0.1:7071/api';
const PROBE_WITHIN_MS = 2_000;

/** The address of the API, and how the command knows it: that decides which token goes there. */
export interface ServiceAddress {
  /** Without a slash at its end. */
  readonly url: string;
  /**
   * `named` by the option --url or by MFA_URL; of a `login`, which only its own token belongs to; or `guessed`: any
   * program on this machine may listen there, so no token goes there.
   */
  readonly source: 'named' | 'login' | 'guessed';
}

/**
 * The address of the API: what was given, or else the service of the last `mfa login`, or else the local stack, if it
 * runs. When both exist, the command fails instead of guessing.
 * @param given the option --url, or the environment variable MFA_URL
 * @throws Failure when there is no address, or when the address would send a token unencrypted
 */
export async function findAddress(given: string | undefined): Promise<ServiceAddress> {
  if (given !== undefined && given !== '') return { url: checked(given), source: 'named' };
  const { current } = readLogins();
  const local = current === LOCAL || (await answers(LOCAL));
  if (local && current !== null && current !== LOCAL)
    throw new Failure(
      'AddressAmbiguous',
      `You are signed in to ${current}, and a local service runs at ${LOCAL}. Choose one with --url or MFA_URL.`,
    );
  if (current !== null) return { url: checked(current), source: 'login' };
  if (local) return { url: LOCAL, source: 'guessed' };
  throw new Failure(
    'NoAddress',
    'The address of the service is missing. Sign in with mfa login, set --url or MFA_URL (example: https://contoso-mfa.azurewebsites.net/api), or start a local service with npm start.',
  );
}

function checked(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Failure(
      'InvalidAddress',
      'The address must be a URL. Example: https://contoso-mfa.azurewebsites.net/api.',
    );
  if (url.protocol === 'http:' && !isLoopback(given))
    throw new Failure('InvalidAddress', 'The address must start with https:. Only a local service may use http:.');
  return `${url.origin}${url.pathname === '/' ? '/api' : url.pathname.replace(/\/+$/, '')}`;
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await requestHttp(`${address}/health`, { signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
    const body: unknown = JSON.parse(await response.text());
    return response.ok && typeof body === 'object' && body !== null && 'status' in body;
  } catch {
    return false; // no service, or another one, listens there
  }
}
