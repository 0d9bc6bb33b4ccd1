import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Settings } from '../config.ts';
import { RequestError, toError, UnavailableError } from '../errors.ts';
import type { Actor } from '../stateChange/operation.ts';
import { type Authenticate, type Caller, type Role, roles } from './caller.ts';

/** How far clocks may differ. */
const LEEWAY_SECONDS = 60;
/** An unknown key makes the verifier look for new keys, at most this often. */
const KEYS_COOLDOWN_MS = 30_000;
const KEYS_MAX_AGE_MS = 24 * 60 * 60_000;

/**
 * Verifies access tokens of one tenant of Microsoft Entra ID: signature (RS256 only), issuer in both of its forms,
 * audience, and times (access-token-claims-reference).
 */
export function tokenVerifier(settings: Settings): Authenticate {
  const tenant = settings.TENANT_ID.toLowerCase();
  const authority = settings.API_AUTHORITY.replace(/\/+$/, '');
  const keys = createRemoteJWKSet(new URL(`${authority}/${tenant}/discovery/v2.0/keys`), {
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    timeoutDuration: 5_000,
  });
  const issuers = [`${authority}/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`];

  return async (authorization) => {
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      throw unauthorized('Send an access token of Microsoft Entra ID: "Authorization: Bearer …".', authority, tenant);
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: issuers,
        audience: [...settings.API_AUDIENCE],
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'nbf', 'iss', 'aud', 'tid', 'oid'],
      });
      if (String(payload.tid).toLowerCase() !== tenant)
        throw unauthorized('The token is of another tenant.', authority, tenant);
      return callerOf(payload);
    } catch (thrown) {
      const error = toError(thrown);
      if (error instanceof RequestError) throw error;
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
        throw new UnavailableError('The keys of Microsoft Entra ID cannot be fetched to verify the token.', {
          cause: error,
        });
      throw unauthorized(`The access token was not accepted: ${reasonOf(error)}`, authority, tenant);
    }
  };
}

/** Why a token was not accepted, without a word of the token itself. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is not what this API needs.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'it is not signed with a key of this tenant.';
  return 'its signature or form is not valid.';
}

function unauthorized(message: string, authority: string, tenant: string): RequestError {
  return new RequestError(401, 'Unauthorized', message, {
    headers: { 'WWW-Authenticate': `Bearer authorization_uri="${authority}/${tenant}/oauth2/v2.0/authorize"` },
  });
}

function callerOf(claims: JWTPayload): Caller {
  const text = (name: string): string | undefined =>
    typeof claims[name] === 'string' && claims[name] !== '' ? (claims[name] as string).slice(0, 256) : undefined;
  const application = text('azp') ?? text('appid');
  // A token for an application itself says so (idtyp), or has no scope.
  const isApplication = claims.idtyp === 'app' || claims.scp === undefined;
  const name = text('name') ?? text('preferred_username') ?? text('app_displayname');
  const actor: Actor = {
    kind: isApplication ? 'application' : 'user',
    id: text('oid') as string,
    ...(application === undefined ? {} : { application }),
    ...(name === undefined ? {} : { name }),
  };
  const granted = Array.isArray(claims.roles) ? claims.roles : [];
  return { actor, roles: new Set(roles.filter((role): role is Role => granted.includes(role))) };
}
