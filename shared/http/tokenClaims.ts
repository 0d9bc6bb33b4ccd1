import { z } from 'zod';
import type { Actor } from '../domain/operation.ts';
import { type Caller, type Role, roles } from './caller.ts';

/**
 * The longest validity of a token, in seconds. Entra issues tokens for an hour, for up to 28 hours where the client
 * supports continuous access evaluation, and for 24 hours to managed identities. The rest is for clocks that differ.
 * A longer validity is not Entra's, and would make a stolen token useful for longer than this service accounts for.
 */
const LONGEST_SECONDS = 29 * 3_600;
const TOKEN_ID_MAX_LENGTH = 100;
const NAME_MAX_LENGTH = 256;

/** Text without white space and without control characters: ids and subjects. */
const word = (most: number) => z.string().regex(new RegExp(`^[^\\s\\p{C}]{1,${most}}$`, 'u'));
const seconds = z.int().nonnegative();

/**
 * The claims of an access token that decide about a request (access-token-claims-reference). A token in which one of
 * them has another form is refused. Claims for display are read leniently: they decide nothing.
 */
const claimsSchema = z.object({
  ver: z.enum(['1.0', '2.0']),
  iss: z.string(),
  aud: z.string(),
  tid: z.guid(),
  oid: z.guid(),
  sub: word(256),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  /** The application, in version 2.0. */
  azp: z.guid().optional(),
  /** The same in version 1.0. */
  appid: z.guid().optional(),
  /** The scopes of a user's token, separated by spaces. */
  scp: z
    .string()
    .max(8_192)
    .regex(/^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u)
    .optional(),
  idtyp: z.enum(['app', 'user']).optional(),
  uti: word(TOKEN_ID_MAX_LENGTH).optional(),
  roles: z.array(z.string()).optional(),
});
type Claims = z.infer<typeof claimsSchema>;

/** The conditions of this service on tokens. */
export interface TokenRules {
  /** The id of the tenant, in lower case. */
  readonly tenant: string;
  /** The issuer of each version that is accepted. */
  readonly issuers: Readonly<Partial<Record<'1.0' | '2.0', string>>>;
  /** The API's scope. A user's token must have it. */
  readonly scope: string;
  readonly leewaySeconds: number;
}

/** A token that is not accepted. The message is the rest of a sentence about the token, and has no text of the token. */
export class RefusedTokenError extends Error {
  override readonly name = 'RefusedTokenError';
}

/** A caller, with the application that requested the token. */
export interface KnownCaller extends Caller {
  /** The client id, in lower case. */
  readonly client: string;
}

/**
 * The caller in the claims of a token with a valid signature.
 * @param now milliseconds since 1970
 * @throws RefusedTokenError for claims that are not those of an access token for this API
 */
export function callerOf(payload: object, rules: TokenRules, now: number): KnownCaller {
  const read = claimsSchema.safeParse(payload);
  if (!read.success) throw wrongForm(String(read.error.issues[0]?.path[0]), payload);
  const claims = read.data;
  checkSource(claims, rules);
  checkTimes(claims, rules, now);
  const client = claims.ver === '2.0' ? claims.azp : claims.appid;
  const kind = kindOf(claims, rules);
  if (client === undefined) throw wrongForm(claims.ver === '2.0' ? 'azp' : 'appid', payload);
  const name = nameOf(payload);
  const actor: Actor = {
    kind,
    id: claims.oid,
    application: client,
    ...(name === undefined ? {} : { name }),
    ...(claims.uti === undefined ? {} : { tokenId: claims.uti }),
  };
  const granted = new Set(claims.roles);
  return {
    actor,
    roles: new Set(roles.filter((role): role is Role => granted.has(role))),
    client: client.toLowerCase(),
  };
}

function checkSource({ tid, ver, iss }: Claims, { tenant, issuers }: TokenRules): void {
  if (tid.toLowerCase() !== tenant) throw new RefusedTokenError('it is of another tenant.');
  const issuer = issuers[ver];
  if (issuer === undefined)
    throw new RefusedTokenError(
      `its version is ${ver}, and this API accepts version ${Object.keys(issuers).join(' and ')}.`,
    );
  if (iss !== issuer) throw new RefusedTokenError(`its issuer is not the issuer of tokens of version ${ver}.`);
}

/** The library has compared the times with the clock: a token that has expired, or is not valid yet, never comes here. */
function checkTimes({ iat, exp }: Claims, { leewaySeconds }: TokenRules, now: number): void {
  if (iat > now / 1000 + leewaySeconds)
    throw new RefusedTokenError('it was issued in the future. Correct the clock of the issuer or of this service.');
  if (exp - iat > LONGEST_SECONDS)
    throw new RefusedTokenError(`it is valid for more than ${LONGEST_SECONDS / 3_600} hours.`);
}

/**
 * Whose token it is. A user's token has the API's scope. An application's own token has no scope, and its subject is the
 * application itself. An ID token has neither.
 */
function kindOf({ scp, idtyp, oid, sub }: Claims, { scope }: TokenRules): 'user' | 'application' {
  if (scp === undefined) {
    if (sub.toLowerCase() === oid.toLowerCase() && idtyp !== 'user') return 'application';
    throw new RefusedTokenError(
      'it is an ID token or another token without a scope. Send the access token of the sign-in instead.',
    );
  }
  if (idtyp === 'app') throw new RefusedTokenError('it is of an application, and has the scope of a user.');
  if (scp.split(' ').includes(scope)) return 'user';
  throw new RefusedTokenError(`its scopes do not include ${scope}, the scope of this API. Request it, or …/.default.`);
}

/** The name for display; undefined when no claim has one. */
function nameOf(payload: object): string | undefined {
  const claims: Readonly<Record<string, unknown>> = { ...payload };
  for (const claim of ['name', 'preferred_username', 'upn', 'unique_name', 'app_displayname']) {
    const text = claims[claim];
    if (typeof text === 'string' && text.trim() !== '') return text.slice(0, NAME_MAX_LENGTH);
  }
  return undefined;
}

function wrongForm(claim: string, payload: object): RefusedTokenError {
  const problem = claim in payload ? 'does not have the form of a token of Microsoft Entra ID' : 'is missing';
  return new RefusedTokenError(`its claim "${claim}" ${problem}.`);
}
