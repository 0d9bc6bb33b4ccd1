import { isLoopback } from '../shared/loopback.ts';
import { Failure } from './failure.ts';

/** Where `npm start` serves the API unless told otherwise. */
const LOCAL = 'http://127.0.0.1:7071/api';
const PROBE_WITHIN_MS = 2_000;

/**
 * The address of the API, without a slash at its end: what was given, or else the stack on this machine if it runs.
 * @param given the option --url, or the environment variable MFA_URL
 * @throws Failure when there is none, or it would send a token in the clear
 */
export async function findAddress(given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '') return checked(given);
  if (await answers(LOCAL)) return LOCAL;
  throw new Failure(
    'NoAddress',
    'Where is the service? Give its address with --url or MFA_URL, such as https://contoso-mfa.azurewebsites.net/api, or start one on this machine with npm start.',
  );
}

function checked(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Failure(
      'InvalidAddress',
      'The address must be a URL, such as https://contoso-mfa.azurewebsites.net/api.',
    );
  if (url.protocol === 'http:' && !isLoopback(given))
    throw new Failure('InvalidAddress', 'The address must start with https:, except on this machine.');
  return `${url.origin}${url.pathname === '/' ? '/api' : url.pathname.replace(/\/+$/, '')}`;
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(`${address}/health`, { signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
    const body: unknown = response.ok ? await response.json() : undefined;
    return typeof body === 'object' && body !== null && 'status' in body;
  } catch {
    return false; // nothing, or something else, listens there
  }
}
