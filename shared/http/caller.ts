import type { Settings } from '../config.ts';
import { RequestError } from '../errors.ts';
import type { Actor } from '../stateChange/operation.ts';

/** What a caller may do: app roles of the API's registration, for users and applications alike. */
export const roles = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'] as const;
export type Role = (typeof roles)[number];

/** Who calls, as far as a verified access token says. */
export interface Caller {
  readonly actor: Actor;
  readonly roles: ReadonlySet<Role>;
}

/** Finds out who calls. Throws a RequestError 401 when that cannot be told. */
export type Authenticate = (authorization: string | null) => Promise<Caller>;

/** On a developer's machine everybody is let in, as one and the same made-up user. */
const developer: Caller = {
  actor: { kind: 'user', id: '00000000-0000-0000-0000-000000000000', name: 'local development' },
  roles: new Set(roles),
};

export function authenticatorOf(settings: Settings): Authenticate {
  if (settings.API_AUTH === 'development') return async () => developer;
  let verify: Promise<Authenticate> | undefined;
  return async (authorization) => {
    verify ??= import('./accessToken.ts').then(({ tokenVerifier }) => tokenVerifier(settings));
    return (await verify)(authorization);
  };
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
