import type { Origin } from '../development.ts';
import type { Actor } from '../domain/operation.ts';
import { RefusedError, RequestError } from '../errors.ts';

/** The rights of callers: app roles of the API's registration, for users and applications. */
export const roles = [
  'MfaState.Read',
  'MfaState.Strengthen',
  'MfaState.Weaken',
  'MfaState.Approve',
  'MfaState.Halt',
  'MfaAudit.Read',
] as const;
export type Role = (typeof roles)[number];

/** The caller in a verified access token. */
export interface Caller {
  readonly actor: Actor;
  readonly roles: ReadonlySet<Role>;
}

/** @throws RequestError 403 with the roles, one of which is needed */
export function requireRole(caller: Caller, ...oneOf: readonly Role[]): void {
  if (!oneOf.some((role) => caller.roles.has(role))) throw missingRole(oneOf);
}

/** The answer to a caller who has none of the roles of which one is needed. */
export function missingRole(oneOf: readonly Role[]): RequestError {
  return new RefusedError(
    403,
    'MissingRole',
    `This request needs the app role ${oneOf.join(' or ')}. Ask an administrator to assign it to the caller in Entra ID.`,
  );
}

/**
 * 403, not 401: the token is good and the caller is known. A 401 would make clients fetch a new token, with which the
 * request would fail again.
 */
export function clientNotAllowed(client: string): RequestError {
  return new RequestError(
    403,
    'ClientNotAllowed',
    `The application ${client} may not call this API. Sign in with another application, or ask an operator to add this client id to the setting API_CLIENTS.`,
  );
}

/**
 * Identifies the caller by the header Authorization only. Headers that a platform may add, such as
 * x-ms-client-principal, are ignored, because any caller can send them.
 * @throws RequestError 401 without a valid token, 403 for an application that may not call, 503 when the token cannot be verified now
 */
export type Authenticate = (request: Origin) => Promise<Caller>;
