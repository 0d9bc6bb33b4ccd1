/**
 * Something keeps the whole host from running, not just one function: a host.json that cannot be used, say. The real
 * host stays up then and answers every request with 503. The message says what is wrong, where, and what to do.
 */
export class HostError extends Error {
  override readonly name = 'HostError';
}
