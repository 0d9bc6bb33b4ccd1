import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerOf, RefusedTokenError, type TokenRules } from '../../../shared/http/tokenClaims.ts';

const TENANT = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const OID = '66666666-7777-4888-9999-aaaaaaaaaaaa';
const CLIENT = '11111111-2222-4333-8444-555555555555';
const NOW = 1_770_000_000;
const V1 = `https://sts.windows.net/${TENANT}/`;
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`;

const rules: TokenRules = {
  tenant: TENANT,
  issuers: { '1.0': V1, '2.0': V2 },
  scope: 'access',
  leewaySeconds: 60,
};

type Claims = Readonly<Record<string, unknown>>;

/** The tokens that Entra issues, by their kind. */
const common = {
  aud: 'api://per-user-mfa',
  tid: TENANT,
  oid: OID,
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3_600,
  uti: 'kZ0FGdYqPUu1ZC6oMm0EAA',
  roles: ['MfaState.Read'],
};
const tokens = {
  'of an application, version 2.0': { ...common, ver: '2.0', iss: V2, azp: CLIENT, sub: OID },
  'of an application, version 1.0': { ...common, ver: '1.0', iss: V1, appid: CLIENT, sub: OID, idtyp: 'app' },
  'of a user, version 2.0': { ...common, ver: '2.0', iss: V2, azp: CLIENT, sub: 'AAAAAx_pairwise', scp: 'access' },
  'of a user, version 1.0': {
    ...common,
    ver: '1.0',
    iss: V1,
    appid: CLIENT,
    sub: 'AAAAAx_pairwise',
    scp: 'other access more',
    idtyp: 'user',
  },
} satisfies Record<string, Claims>;

const reasonOf = (claims: Claims, given: TokenRules = rules): string => {
  try {
    callerOf(claims, given, NOW * 1000);
  } catch (error) {
    if (error instanceof RefusedTokenError) return error.message;
    throw error;
  }
  return 'accepted';
};
const without = (claims: Claims, ...names: string[]): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));

describe.each(Object.entries<Claims>(tokens))('a token %s', (_, token) => {
  const application = token.ver === '2.0' ? 'azp' : 'appid';
  const isUser = 'scp' in token;

  it('says who calls, with which application and which token', () => {
    expect(callerOf(token, rules, NOW * 1000)).toEqual({
      actor: { kind: isUser ? 'user' : 'application', id: OID, application: CLIENT, tokenId: common.uti },
      roles: new Set(['MfaState.Read']),
      client: CLIENT,
    });
  });

  it.each(['ver', 'iss', 'aud', 'tid', 'oid', 'sub', 'iat', 'nbf', 'exp'])('needs the claim %s', (claim) => {
    expect(reasonOf(without(token, claim))).toBe(`its claim "${claim}" is missing.`);
  });

  it('needs the application of its version', () => {
    expect(reasonOf(without(token, application))).toBe(`its claim "${application}" is missing.`);
    const other = application === 'azp' ? 'appid' : 'azp';
    expect(reasonOf({ ...without(token, application), [other]: CLIENT })).toContain(`"${application}" is missing`);
  });

  it('needs no id, no roles and no kind', () => {
    const { actor, roles } = callerOf(without(token, 'uti', 'roles', 'idtyp'), rules, NOW * 1000);
    expect(actor).toEqual({ kind: isUser ? 'user' : 'application', id: OID, application: CLIENT });
    expect([...roles]).toEqual([]);
  });

  const SHAPES: Readonly<Record<string, unknown>> = {
    null: null,
    true: true,
    'an object': {},
    'an object with the value': { 0: OID, length: 1 },
    'an empty list': [],
    'a list of lists': [[]],
    'empty text': '',
    'white space': ' \t\n',
    'too much text': 'a'.repeat(9_000),
    'text with a NUL': `${OID}\u0000`,
  };
  const texts = ['ver', 'iss', 'tid', 'oid', 'sub', application, 'uti', 'idtyp', ...(isUser ? ['scp'] : [])];
  const times = ['iat', 'nbf', 'exp'];
  const cases = [...texts, ...times, 'roles', 'aud'].flatMap((claim) => [
    ...Object.entries(SHAPES).map(([shape, value]): [string, string, unknown] => [claim, shape, value]),
    ...(claim === 'roles' ? [] : [[claim, 'a list of its value', [token[claim]]] as [string, string, unknown]]),
    ...(times.includes(claim)
      ? ([
          [claim, 'text of the number', String(token[claim])],
          [claim, 'a fraction', Number(token[claim]) + 0.5],
          [claim, 'negative', -1],
          [claim, 'without end', Number.POSITIVE_INFINITY],
        ] as [string, string, unknown][])
      : ([[claim, 'a number', 7]] as [string, string, unknown][])),
  ]);
  // The library compares the audience. Here only its form counts.
  const taken = cases.filter(([claim, , value]) =>
    claim === 'aud' ? typeof value === 'string' : isEmptyRoles(claim, value),
  );
  const refused = cases.filter((one) => !taken.includes(one));

  it.each(refused)('is refused when %s is %s', (claim, _shape, value) => {
    expect(reasonOf({ ...token, [claim]: value })).toMatch(/^its? /);
  });

  it('gives a reason without the text of the token', () => {
    for (const [claim, , value] of refused)
      expect(reasonOf({ ...token, [claim]: value })).not.toMatch(/a{20}|\{\}|\\u0000/);
  });
});

function isEmptyRoles(claim: string, value: unknown): boolean {
  return claim === 'roles' && Array.isArray(value) && value.length === 0;
}

describe('a token', () => {
  const app = tokens['of an application, version 2.0'];
  const user = tokens['of a user, version 2.0'];

  it.each<[string, Claims, RegExp]>([
    ['an ID token', { ...without(user, 'scp', 'azp'), nonce: 'x' }, /ID token/],
    ['an ID token with an application', { ...without(user, 'scp'), at_hash: 'x' }, /ID token/],
    ['of an application that is not its own subject', { ...app, sub: CLIENT }, /ID token/],
    ['of an application that calls itself a user', { ...app, idtyp: 'user' }, /ID token/],
    ['of an application with a scope', { ...app, scp: 'access', idtyp: 'app' }, /of an application/],
    ['of a device', { ...app, idtyp: 'device' }, /"idtyp"/],
    ['with a longer scope', { ...user, scp: 'accessory' }, /do not include access/],
    ['with a part of the scope', { ...user, scp: 'acc ess' }, /do not include access/],
    ['with the scope in capitals', { ...user, scp: 'ACCESS' }, /do not include access/],
    ['with the scope and its API', { ...user, scp: 'api://per-user-mfa/access' }, /do not include access/],
    ['with scopes separated by a tab', { ...user, scp: 'other\taccess' }, /"scp"/],
    ['of version 1.0 with the issuer of 2.0', { ...app, ver: '1.0', appid: CLIENT }, /issuer/],
    ['of version 2.0 with the issuer of 1.0', { ...app, iss: V1 }, /issuer/],
    ['of version 3.0', { ...app, ver: '3.0' }, /"ver"/],
    ['of another tenant', { ...app, tid: CLIENT }, /another tenant/],
  ])('is refused: %s', (_, claims, reason) => {
    expect(reasonOf(claims)).toMatch(reason);
  });

  it('is valid for 29 hours at most, and not issued in the future', () => {
    expect(reasonOf({ ...app, exp: NOW + 29 * 3_600 })).toBe('accepted');
    expect(reasonOf({ ...app, exp: NOW + 29 * 3_600 + 1 })).toBe('it is valid for more than 29 hours.');
    expect(reasonOf({ ...app, iat: NOW + 60 })).toBe('accepted');
    expect(reasonOf({ ...app, iat: NOW + 61 })).toContain('issued in the future');
  });

  it('is of the version in the settings, when they name one', () => {
    const only: TokenRules = { ...rules, issuers: { '2.0': V2 } };
    expect(reasonOf(app, only)).toBe('accepted');
    expect(reasonOf(tokens['of an application, version 1.0'], only)).toContain('accepts version 2.0');
  });

  it('has the ids in any case', () => {
    const upper = { ...app, oid: OID.toUpperCase(), tid: TENANT.toUpperCase(), azp: CLIENT.toUpperCase() };
    expect(callerOf(upper, rules, NOW * 1000).client).toBe(CLIENT);
  });

  it('has a name for display only: a name of another form is left out, and a long one is cut', () => {
    const nameIn = (claims: Claims): string | undefined =>
      callerOf({ ...user, ...claims }, rules, NOW * 1000).actor.name;
    expect(nameIn({ name: ['Ada'], preferred_username: 'ada@contoso.com' })).toBe('ada@contoso.com');
    expect(nameIn({ name: ' \n', upn: 7 })).toBeUndefined();
    expect(nameIn({ name: 'a'.repeat(1_000) })).toHaveLength(256);
  });

  it('with any other claims is accepted or refused, and never breaks the service', () => {
    const claim = fc.constantFrom(...Object.keys(user), 'appid', 'idtyp', 'name', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.array(fc.tuple(claim, fc.jsonValue()), { maxLength: 4 }), (changes) => {
        expect(reasonOf({ ...user, ...Object.fromEntries(changes) })).toMatch(/^(?:accepted$|it )|^its /);
      }),
    );
  });
});
