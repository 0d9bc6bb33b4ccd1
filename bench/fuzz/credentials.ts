import type { GraphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE, type TokenRequest } from '../../local/graph/issuer/accessToken.ts';
import { type Role, roles } from '../../shared/http/caller.ts';

/** The headers of a request that identify its sender. */
export interface Credential {
  readonly name: string;
  readonly authorization: string | null;
  /** The roles of the sender; null for a sender that must be rejected. */
  readonly roles: readonly Role[] | null;
}

const FORGERIES: Readonly<Record<string, TokenRequest>> = {
  'not signed': { algorithm: 'none' },
  'signed with the public key': { algorithm: 'HS256' },
  'signed otherwise': { algorithm: 'RS384' },
  'of another issuer': { issuer: 'https://login.contoso.com' },
  'of another tenant': { tenantId: '99999999-0000-4000-8000-000000000000' },
  'for another audience': { audience: 'https://graph.microsoft.com' },
  expired: { expiresInSeconds: -3_600 },
  'not valid yet': { notBeforeInSeconds: 86_400 },
  'of an unknown key': { kid: 'unknown' },
  'an ID token': { kind: 'id', upn: 'ada@contoso.com', audience: DEFAULT_AUDIENCE },
  'of a user without the scope': { upn: 'ada@contoso.com', scope: 'User.Read' },
  'valid for ten years': { expiresInSeconds: 315_360_000 },
  'with claims of another form': { claims: { oid: ['a'], tid: {}, azp: 7 } },
};

/** Every combination of roles, and everything that must not be taken for a token. The tokens are valid for a day. */
export async function credentialsOf(control: GraphControl): Promise<Credential[]> {
  const good = Array.from({ length: 2 ** roles.length }, (_, bits) => roles.filter((_, role) => bits & (1 << role)));
  const valid = good.map(async (granted): Promise<Credential> => {
    const token = await control.token({ roles: granted, expiresInSeconds: 86_400 });
    return { name: granted.join(' ') || 'no role', authorization: `Bearer ${token}`, roles: granted };
  });
  const forged = Object.entries(FORGERIES).map(async ([name, request]): Promise<Credential> => {
    const token = await control.token({ roles: [...roles], ...request });
    return { name, authorization: `Bearer ${token}`, roles: null };
  });
  const genuine = await control.token({ roles: [...roles], expiresInSeconds: 86_400 });
  const [head, body, signature] = genuine.split('.') as [string, string, string];
  const broken = Object.entries({
    'no token': null,
    empty: '',
    'another scheme': `Basic ${genuine}`,
    twice: `Bearer ${genuine}, Bearer ${genuine}`,
    'without signature': `Bearer ${head}.${body}.`,
    'with a changed body': `Bearer ${head}.${body.slice(1)}.${signature}`,
    'cut off': `Bearer ${genuine.slice(0, -8)}`,
    garbage: 'Bearer \u00ff\u00fe.{}.',
  }).map(([name, authorization]): Credential => ({ name, authorization, roles: null }));
  return [...(await Promise.all([...valid, ...forged])), ...broken];
}
