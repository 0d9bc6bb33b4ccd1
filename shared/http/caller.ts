import type { Origin } from '../development.ts';
import type { Actor } from '../domain/operation.ts';
import { RequestError } from '../errors.ts';

/** What a caller may do: app roles of the API's registration, for users and applications alike. */
export const roles = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'] as const;
export type Role = (typeof roles)[number];

/** Who calls, as far as a verified access token says. */
export interface Caller {
  readonly actor: Actor;
  readonly roles: ReadonlySet<Role>;
}

/** @throws RequestError 403 that names the roles of which one is needed */
export function requireRole(caller: Caller, ...oneOf: readonly Role[]): void {
  if (!oneOf.some((role) => caller.roles.has(role))) throw missingRole(oneOf);
}

/** The answer to a caller who has none of the roles of which one is needed. */
export function missingRole(oneOf: readonly Role[]): RequestError {
  return new RequestError(
    403,
    'MissingRole',
    `This needs the app role ${oneOf.join(' or ')}. An administrator assigns it to the caller in Entra ID.`,
  );
}

/**
 * Finds out who calls, from the header Authorization alone: headers that a platform may put in front of the app, such as
 * x-ms-client-principal, are not looked at, for anybody can send them.
 * @throws RequestError 401 when it cannot be told, 503 when it cannot be told now
 */
export type Authenticate = (request: Origin) => Promise<Caller>;
