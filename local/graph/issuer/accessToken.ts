import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import type { SignIns } from './signIns.ts';
import type { SigningKeys } from './signingKeys.ts';

export const tokenRequestSchema = z.strictObject({
  roles: z.array(z.string()).optional(),
  /** Object id of who calls: the service principal's or the user's. */
  oid: z.string().optional(),
  /** The application that calls. */
  azp: z.string().optional(),
  name: z.string().optional(),
  /** Makes it a user's token: `preferred_username` in version 2.0, `upn` in 1.0. */
  upn: z.string().optional(),
  audience: z.string().optional(),
  issuer: z.string().optional(),
  tenantId: z.string().optional(),
  version: z.enum(['1.0', '2.0']).optional(),
  /** From now; negative for a token that has expired. */
  expiresInSeconds: z.number().optional(),
  /** From now; positive for a token that is not valid yet. */
  notBeforeInSeconds: z.number().optional(),
  /** Names another key than the one that signs. */
  kid: z.string().optional(),
  /** RS256 unless the token shall be a forgery: HS256 signs with the public key as the secret, none not at all. */
  algorithm: z.enum(['RS256', 'RS384', 'HS256', 'none']).optional(),
});

/** The claims of a token. Missing ones get the values of an ordinary token of the tenant. */
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

export interface Issuer {
  readonly tenantId: string;
  readonly url: string;
  readonly keys: SigningKeys;
  readonly signIns: SignIns;
  readonly now: () => number;
  readonly newId: () => string;
}

/** The audience of tokens that name none. */
export const DEFAULT_AUDIENCE = 'api://per-user-mfa';

const DEFAULT_APP_ID = '11111111-2222-4333-8444-555555555555';
const DEFAULT_OBJECT_ID = '66666666-7777-4888-9999-aaaaaaaaaaaa';

/** The issuer's name in the tokens of a version. Source: learn.microsoft.com/entra/identity-platform/access-tokens. */
export function issuerName(url: string, tenantId: string, version: '1.0' | '2.0'): string {
  return version === '2.0' ? `${url}/${tenantId}/v2.0` : `https://sts.windows.net/${tenantId}/`;
}

/** Signs an access token with the claims that Entra would put in. */
export async function issueToken(issuer: Issuer, request: TokenRequest): Promise<string> {
  const claims = claimsOf(issuer, request);
  const algorithm = request.algorithm ?? 'RS256';
  if (algorithm === 'none') return new UnsecuredJWT(claims).encode();
  const key = await issuer.keys.current();
  const token = new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: algorithm, kid: request.kid ?? key.kid });
  if (algorithm !== 'HS256') return token.sign(key.privateKey);
  return token.sign(Buffer.from(key.publicKey.export({ format: 'pem', type: 'spki' })));
}

function claimsOf(issuer: Issuer, request: TokenRequest): JWTPayload {
  const version = request.version ?? '2.0';
  const tenantId = request.tenantId ?? issuer.tenantId;
  const now = Math.floor(issuer.now() / 1000);
  const app = request.azp ?? DEFAULT_APP_ID;
  const oid = request.oid ?? DEFAULT_OBJECT_ID;
  return {
    aud: request.audience ?? DEFAULT_AUDIENCE,
    iss: request.issuer ?? issuerName(issuer.url, tenantId, version),
    iat: now,
    nbf: now + (request.notBeforeInSeconds ?? 0),
    exp: now + (request.expiresInSeconds ?? 3_600),
    ...(version === '2.0' ? { azp: app, azpacr: '1' } : { appid: app, appidacr: '1' }),
    ...(request.name === undefined ? {} : { name: request.name }),
    ...(request.upn === undefined
      ? { idtyp: 'app' }
      : { [version === '2.0' ? 'preferred_username' : 'upn']: request.upn, scp: 'user_impersonation' }),
    ...(request.roles === undefined ? {} : { roles: request.roles }),
    oid,
    sub: oid,
    tid: tenantId,
    uti: issuer.newId(),
    ver: version,
  };
}
