import { createHash } from 'node:crypto';
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
  /** The scopes of a user's token, separated by spaces. */
  scope: z.string().optional(),
  /** An ID token, which tells an application who has signed in, and opens no API. */
  kind: z.enum(['access', 'id']).optional(),
  /** Claims in place of those that Entra would put in, for tokens that Entra would not issue. */
  claims: z.record(z.string(), z.unknown()).optional(),
  /** Claims to leave out. */
  without: z.array(z.string()).optional(),
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

/** The scope that infra/graph/api.bicep registers. */
export const API_SCOPE = 'access';

/** The application of tokens that name none. */
export const DEFAULT_APP_ID = '11111111-2222-4333-8444-555555555555';
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
  const usual = request.kind === 'id' ? idClaims(issuer, request) : accessClaims(issuer, request);
  const claims = { ...usual, ...request.claims };
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !request.without?.includes(name)));
}

/**
 * The claims of an access token. A user's token has the scopes that the application may use, and a subject that is
 * another for each application. An application's own token has no scope, and its object id is its subject.
 * Source: learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
 */
function accessClaims(issuer: Issuer, request: TokenRequest): JWTPayload {
  const version = request.version ?? '2.0';
  const app = request.azp ?? DEFAULT_APP_ID;
  const oid = request.oid ?? DEFAULT_OBJECT_ID;
  const { upn } = request;
  const owner =
    upn === undefined
      ? { idtyp: 'app', sub: oid }
      : {
          [version === '2.0' ? 'preferred_username' : 'upn']: upn,
          scp: request.scope ?? API_SCOPE,
          sub: pairwise(oid, app),
        };
  return {
    ...commonClaims(issuer, request),
    ...(version === '2.0' ? { azp: app, azpacr: '1' } : { appid: app, appidacr: '1' }),
    ...owner,
    oid,
  };
}

/** Source: learn.microsoft.com/entra/identity-platform/id-token-claims-reference. */
function idClaims(issuer: Issuer, request: TokenRequest): JWTPayload {
  const oid = request.oid ?? DEFAULT_OBJECT_ID;
  const app = request.audience ?? DEFAULT_APP_ID;
  return {
    ...commonClaims(issuer, { ...request, audience: app }),
    ...(request.upn === undefined ? {} : { preferred_username: request.upn }),
    nonce: issuer.newId(),
    oid,
    sub: pairwise(oid, app),
  };
}

/** The claims of every token. Entra's ids of tokens (`uti`) are 16 bytes as base64url. */
function commonClaims(issuer: Issuer, request: TokenRequest): JWTPayload {
  const version = request.version ?? '2.0';
  const tenantId = request.tenantId ?? issuer.tenantId;
  const now = Math.floor(issuer.now() / 1000);
  return {
    aud: request.audience ?? DEFAULT_AUDIENCE,
    iss: request.issuer ?? issuerName(issuer.url, tenantId, version),
    iat: now,
    nbf: now + (request.notBeforeInSeconds ?? 0),
    exp: now + (request.expiresInSeconds ?? 3_600),
    ...(request.name === undefined ? {} : { name: request.name }),
    ...(request.roles === undefined ? {} : { roles: request.roles }),
    tid: tenantId,
    uti: digest(issuer.newId()).subarray(0, 16).toString('base64url'),
    ver: version,
  };
}

/** The subject of a user for one application: another application gets another one. */
function pairwise(oid: string, app: string): string {
  return digest(`${oid} ${app}`).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
