import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Settings } from '../config.ts';
import { RequestError, toError, UnavailableError } from '../errors.ts';
import { type Authenticate, clientNotAllowed } from './caller.ts';
import { KEY_TIMES, type KeyTimes, signingKeys } from './signingKeys.ts';
import { callerOf, RefusedTokenError, type TokenRules } from './tokenClaims.ts';

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
 * issuer publishes), audience and times here, the other claims in `tokenClaims.ts`, and the application if API_CLIENTS
 * names those that may call.
 * @param now milliseconds since 1970
 */
export function tokenVerifier(settings: Settings, now: () => number, times: KeyTimes = KEY_TIMES): Authenticate {
  const tenant = settings.TENANT_ID.toLowerCase();
  const authority = settings.API_AUTHORITY.replace(/\/+$/, '');
  const keys = signingKeys(new URL(`${authority}/${tenant}/discovery/v2.0/keys`), times, now);
  const rules = rulesOf(settings, authority, tenant);
  const clients = new Set(settings.API_CLIENTS.map((client) => client.toLowerCase()));
  const challenge = `Bearer authorization_uri="${authority}/${tenant}/oauth2/v2.0/authorize"`;
  const refuse = (message: string, parameters = ''): RequestError =>
    new RequestError(401, 'Unauthorized', message, { headers: { 'WWW-Authenticate': `${challenge}${parameters}` } });

  return async ({ headers }) => {
    const token = BEARER.exec(headers.get('authorization') ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_MAX_LENGTH)
      throw refuse('Send an access token of Microsoft Entra ID: "Authorization: Bearer …".');
    try {
      const payload = await verified(token, keys, settings.API_AUDIENCE, now());
      const { client, ...caller } = callerOf(payload, rules, now());
      if (clients.size > 0 && !clients.has(client)) throw clientNotAllowed(client);
      return caller;
    } catch (error) {
      if (!(error instanceof RefusedTokenError)) throw error;
      throw refuse(`The access token was not accepted: ${error.message}`, ', error="invalid_token"');
    }
  };
}

function rulesOf(settings: Settings, authority: string, tenant: string): TokenRules {
  const version = settings.API_TOKEN_VERSION;
  const issuers = issuersOf(authority, tenant);
  return {
    tenant,
    issuers: version === '' ? issuers : { [version]: issuers[version] },
    scope: settings.API_SCOPE,
    leewaySeconds: LEEWAY_SECONDS,
  };
}

/** @throws RefusedTokenError, or UnavailableError when the keys cannot be fetched or used */
async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  audience: readonly string[],
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      audience: [...audience],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'nbf', 'iat', 'iss', 'aud', 'tid', 'oid', 'sub', 'ver'],
    });
    return payload;
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof errors.JOSEError) throw new RefusedTokenError(reasonOf(error), { cause: error });
    throw new UnavailableError(
      'The service cannot fetch the keys of Microsoft Entra ID to verify the token. Try again.',
      { cause: error },
    );
  }
}

/** The reason why a token was not accepted, without any text of the token. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason === 'missing'
      ? `its claim "${error.claim}" is missing.`
      : `its claim "${error.claim}" is wrong for this API.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its signature does not belong to this tenant.';
  return 'its signature or format is not valid.';
}
