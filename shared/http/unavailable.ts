import { UnavailableError } from '../errors.ts';

/** The names of Azure's errors for a failed sign-in. Importing the classes would load the clients. */
const SIGN_IN_ERRORS: ReadonlySet<string> = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

const SERVICE_BUS_ERRORS: ReadonlySet<string> = new Set(['ServiceBusError', 'MessagingError']);

/** The client of Service Bus throws its last error, or all errors of its attempts together. */
function isOfServiceBus(error: Error): boolean {
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((one) => one instanceof Error && isOfServiceBus(one));
  return SERVICE_BUS_ERRORS.has(error.name);
}

/**
 * The answer when Table Storage or Service Bus, or the sign-in to them, is unavailable; undefined for any other error. The clients have
 * retried before.
 */
export function unavailable(error: Error): UnavailableError | undefined {
  if (SIGN_IN_ERRORS.has(error.name))
    return new UnavailableError(
      'The service cannot sign in to Azure at the moment. Send the same request again later.',
      {
        cause: error,
      },
    );
  if (isOfServiceBus(error))
    return new UnavailableError('Service Bus does not answer at the moment. Send the same request again.', {
      cause: error,
    });
  if (error.name !== 'RestError') return undefined;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  if (status === 401 || status === 403)
    return new UnavailableError(
      'Table Storage denies access to the service: its identity lacks a role, or a firewall blocks it. Send the same request again when the operators have solved this.',
      { cause: error, retryAfterSeconds: 60 },
    );
  if (status === undefined || status === 408 || status === 429 || status >= 500)
    return new UnavailableError('Table Storage does not answer at the moment. Send the same request again.', {
      cause: error,
    });
  return undefined;
}
