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
  if (oneOf.some((role) => caller.roles.has(role))) return;
  throw new RequestError(
    403,
    'MissingRole',
    `This needs the app role ${oneOf.join(' or ')}. An administrator assigns it to the caller in Entra ID.`,
  );
}
