import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Settings } from '../config.ts';
import type { Actor } from '../domain/operation.ts';
import { RequestError, toError, UnavailableError } from '../errors.ts';
import type { Authenticate } from './caller.ts';
import { type Caller, type Role, roles } from './caller.ts';
import { KEY_TIMES, type KeyTimes, signingKeys } from './signingKeys.ts';

/** The tolerated difference of clocks. */
const LEEWAY_SECONDS = 60;
/** The longest token that is checked, in characters. Tokens of Entra are far shorter. */
const TOKEN_MAX_LENGTH = 16_384;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** The issuer of version 1.0 tokens, by the host of the authority. Other hosts use the default. */
const V1_ISSUERS = {
  default: 'https://sts.windows.net',
  'login.partner.microsoftonline.cn': 'https://sts.chinacloudapi.cn',
} as const;

/**
 * The possible issuers in the tokens of a tenant, by version (access-tokens). Version 2.0 uses the authority in the
 * settings; version 1.0 always names the security token service of the cloud.
 */
export function issuersOf(authority: string, tenant: string): Readonly<Record<'1.0' | '2.0', string>> {
  const { host } = new URL(authority);
  const v1 = Object.hasOwn(V1_ISSUERS, host) ? V1_ISSUERS[host as keyof typeof V1_ISSUERS] : V1_ISSUERS.default;
  return { '1.0': `${v1}/${tenant}/`, '2.0': `${authority}/${tenant}/v2.0` };
}

/**
 * Verifies access tokens of one tenant of Microsoft Entra ID: signature (RS256 only, with a key that the tenant's
 * issuer publishes), issuer in both forms, tenant, audience, and times (access-token-claims-reference).
 * @param now milliseconds since 1970
 */
export function tokenVerifier(settings: Settings, now: () => number, times: KeyTimes = KEY_TIMES): Authenticate {
  const tenant = settings.TENANT_ID.toLowerCase();
  const authority = settings.API_AUTHORITY.replace(/\/+$/, '');
  const keys = signingKeys(new URL(`${authority}/${tenant}/discovery/v2.0/keys`), times, now);
  const issuers = Object.values(issuersOf(authority, tenant));
  const challenge = `Bearer authorization_uri="${authority}/${tenant}/oauth2/v2.0/authorize"`;
  const refuse = (message: string, parameters = ''): RequestError =>
    new RequestError(401, 'Unauthorized', message, { headers: { 'WWW-Authenticate': `${challenge}${parameters}` } });

  return async ({ headers }) => {
    const token = BEARER.exec(headers.get('authorization') ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_MAX_LENGTH)
      throw refuse('Send an access token of Microsoft Entra ID: "Authorization: Bearer …".');
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: issuers,
        audience: [...settings.API_AUDIENCE],
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'nbf', 'iss', 'aud', 'tid', 'oid'],
      });
      if (String(payload.tid).toLowerCase() !== tenant) throw new errors.JWTClaimValidationFailed('', payload, 'tid');
      return callerOf(payload);
    } catch (thrown) {
      const error = toError(thrown);
      // Other errors concern the keys: they cannot be fetched or used.
      if (!(error instanceof errors.JOSEError))
        throw new UnavailableError(
          'The service cannot fetch the keys of Microsoft Entra ID to verify the token. Try again.',
          {
            cause: error,
          },
        );
      throw refuse(`The access token was not accepted: ${reasonOf(error)}`, ', error="invalid_token"');
    }
  };
}

/** The reason why a token was not accepted, without any text of the token. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is wrong for this API.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its signature does not belong to this tenant.';
  return 'its signature or format is not valid.';
}

/** @throws JWTClaimValidationFailed for a token without the object id of its owner */
function callerOf(claims: JWTPayload): Caller {
  const text = (name: string): string | undefined =>
    typeof claims[name] === 'string' && claims[name] !== '' ? (claims[name] as string).slice(0, 256) : undefined;
  const id = text('oid');
  if (id === undefined) throw new errors.JWTClaimValidationFailed('', claims, 'oid');
  const application = text('azp') ?? text('appid');
  // A token for an application itself has the claim idtyp, or has no scope.
  const isApplication = claims.idtyp === 'app' || claims.scp === undefined;
  const name = text('name') ?? text('preferred_username') ?? text('app_displayname');
  const actor: Actor = {
    kind: isApplication ? 'application' : 'user',
    id,
    ...(application === undefined ? {} : { application }),
    ...(name === undefined ? {} : { name }),
  };
  const granted = Array.isArray(claims.roles) ? claims.roles : [];
  return { actor, roles: new Set(roles.filter((role): role is Role => granted.includes(role))) };
}
