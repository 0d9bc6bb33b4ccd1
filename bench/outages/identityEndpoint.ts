import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Gate, type OwnAnswer, startGate } from './gate.ts';

/** So short that a client must sign in again in the middle of an outage of seconds. */
const TOKEN_LIFETIME_MS = 4_000;

/** Services accept a token for some time after its expiry, because clocks differ. */
const CLOCK_SKEW_MS = 60_000;

/** Where the app gets the tokens of its managed identity, as App Service provides it, and what the tokens are worth. */
export interface IdentityEndpoint {
  readonly gate: Gate;
  /** Settings that make the app use it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether a request carries a token that was issued and has not expired. */
  isSignedIn(request: IncomingMessage): boolean;
}

/**
 * Starts an identity endpoint on the loopback address.
 * See https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 * @param now milliseconds since 1970
 */
export async function startIdentityEndpoint(now: () => number, random: () => number): Promise<IdentityEndpoint> {
  const secret = randomUUID();
  const expiries = new Map<string, number>();
  const issue = (request: IncomingMessage): OwnAnswer => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const resource = query.get('resource');
    if (request.headers['x-identity-header'] !== secret || resource === null)
      return { status: 400, body: JSON.stringify({ error: { code: 'invalid_request', message: 'Bad request.' } }) };
    for (const [known, expiry] of expiries) if (expiry + CLOCK_SKEW_MS < now()) expiries.delete(known);
    const token = randomUUID();
    const expiresAt = now() + TOKEN_LIFETIME_MS;
    expiries.set(token, expiresAt);
    const expires_on = String(Math.ceil(expiresAt / 1_000));
    return { status: 200, body: JSON.stringify({ access_token: token, expires_on, resource, token_type: 'Bearer' }) };
  };
  const gate = await startGate({
    random,
    admit: issue,
    bodyOf: () => JSON.stringify({ error: { code: 'service_unavailable', message: 'The service is unavailable.' } }),
  });
  gate.forwardTo(gate.port); // each request is answered here
  return {
    gate,
    settings: { IDENTITY_ENDPOINT: `http://127.0.0.1:${gate.port}/msi/token`, IDENTITY_HEADER: secret },
    isSignedIn: ({ headers }) => {
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
      const expiresAt = token === undefined ? undefined : expiries.get(token);
      return expiresAt !== undefined && expiresAt + CLOCK_SKEW_MS > now();
    },
  };
}
