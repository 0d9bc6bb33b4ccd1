import { UnavailableError } from '../errors.ts';

/** What the clients of Azure throw when the app cannot sign in. Names, as importing the classes would load the clients. */
const SIGN_IN_ERRORS: ReadonlySet<string> = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

/**
 * The answer for an error that tells that something the service needs is out of reach: Table Storage, or the sign-in to
 * it. Undefined for any other error. Clients have tried again by then.
 */
export function unavailable(error: Error): UnavailableError | undefined {
  if (SIGN_IN_ERRORS.has(error.name))
    return new UnavailableError('The service cannot sign in to Azure now. Send the same request again later.', {
      cause: error,
    });
  if (error.name !== 'RestError') return undefined;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  if (status === 401 || status === 403)
    return new UnavailableError(
      'Table Storage refuses the service: its identity lacks a role, or a firewall stands between. Send the same request again when its operators have mended that.',
      { cause: error, retryAfterSeconds: 60 },
    );
  if (status === undefined || status === 408 || status === 429 || status >= 500)
    return new UnavailableError('Table Storage does not answer now. Send the same request again.', { cause: error });
  return undefined;
}
