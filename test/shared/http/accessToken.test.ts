import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../../local/graph/control.ts';
import { DEFAULT_AUDIENCE, type TokenRequest } from '../../../local/graph/issuer/accessToken.ts';
import { type GraphSimulator, startGraphSimulator } from '../../../local/graph/simulator.ts';
import { readSettings, type Settings } from '../../../shared/config.ts';
import type { RequestError } from '../../../shared/errors.ts';
import { issuersOf, tokenVerifier } from '../../../shared/http/accessToken.ts';
import type { Authenticate, Caller } from '../../../shared/http/caller.ts';
import { KEY_TIMES } from '../../../shared/http/signingKeys.ts';
import { leastSettings } from '../../support/leastSettings.ts';
import { closeNow, listen } from '../../support/listen.ts';
import { Clock } from '../../support/parts.ts';

const OTHER_TENANT = '99999999-0000-4000-8000-000000000000';

let clock: Clock;
let issuer: GraphSimulator;
let control: GraphControl;

beforeAll(async () => {
  clock = new Clock();
  issuer = await startGraphSimulator({ users: 1, now: clock.now });
  control = graphControl(issuer.url);
});
afterAll(() => issuer.close());

function settingsFor(authority: string, more: Record<string, string> = {}): Settings {
  return readSettings({
    ...leastSettings,
    ...more,
    TENANT_ID: issuer.tenantId.toUpperCase(),
    API_AUDIENCE: `api://other, ${DEFAULT_AUDIENCE}`,
    API_AUTHORITY: authority,
  });
}

const verifier = (authority = issuer.url, times = KEY_TIMES): Authenticate =>
  tokenVerifier(settingsFor(authority), clock.now, times);

function present(verify: Authenticate, authorization: string | null): Promise<Caller> {
  const headers = new Headers(authorization === null ? {} : { authorization });
  return verify({ url: 'https://contoso.azurewebsites.net/api/operations', headers });
}

const bearer = async (verify: Authenticate, request: TokenRequest = {}): Promise<Caller> =>
  present(verify, `Bearer ${await control.token(request)}`);

const failureOf = (call: Promise<unknown>): Promise<RequestError> =>
  call.then(
    () => {
      throw new Error('The token was accepted');
    },
    (error: RequestError) => error,
  );

describe('a token of the tenant', () => {
  let verify: Authenticate;
  beforeAll(() => {
    verify = verifier();
  });

  it.each(['1.0', '2.0'] as const)('of version %s says who calls and what they may do', async (version) => {
    const request = { version, oid: randomUUID(), azp: randomUUID(), roles: ['MfaState.Read', 'MfaState.Weaken'] };
    const caller = await bearer(verify, { ...request, upn: 'ada@contoso.com', name: 'Ada' });
    const who = { id: request.oid, application: request.azp, tokenId: expect.stringMatching(/^[\w-]{22}$/) };
    expect(caller.actor).toEqual({ kind: 'user', ...who, name: 'Ada' });
    expect([...caller.roles]).toEqual(request.roles);
    expect((await bearer(verify, request)).actor).toEqual({ kind: 'application', ...who });
  });

  it('gives no role that this API does not have', async () => {
    const { roles } = await bearer(verify, { roles: ['mfastate.read', 'MfaState.Everything', 'MfaState.Read '] });
    expect([...roles]).toEqual([]);
    expect([...(await bearer(verify)).roles]).toEqual([]);
  });

  it('is taken for a minute around its times, and no longer', async () => {
    await bearer(verify, { expiresInSeconds: -50 });
    await bearer(verify, { notBeforeInSeconds: 50 });
    expect(await failureOf(bearer(verify, { expiresInSeconds: -70 }))).toMatchObject({ status: 401 });
    expect(await failureOf(bearer(verify, { notBeforeInSeconds: 70 }))).toMatchObject({ status: 401 });
  });

  it.each<[string, TokenRequest]>([
    ['not signed', { algorithm: 'none' }],
    ['signed with the public key as a secret', { algorithm: 'HS256' }],
    ['signed with another algorithm of the same key', { algorithm: 'RS384' }],
    ['signed with an unknown key', { kid: 'unknown' }],
    ['of another issuer', { issuer: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }],
    ['of every tenant', { issuer: 'https://login.microsoftonline.com/common/v2.0' }],
    ['of another tenant', { tenantId: OTHER_TENANT }],
    ['of another tenant, under this one’s issuer', { tenantId: OTHER_TENANT, issuer: 'this' }],
    ['for another audience', { audience: 'https://graph.microsoft.com' }],
    ['without an owner', { oid: '' }],
    ['an ID token', { kind: 'id', upn: 'ada@contoso.com', audience: DEFAULT_AUDIENCE, roles: ['MfaState.Read'] }],
    ['of a user without the scope of this API', { upn: 'ada@contoso.com', scope: 'User.Read accessory' }],
    ['valid for ten years', { expiresInSeconds: 315_360_000 }],
    ['issued in the future', { claims: { iat: 4_000_000_000 } }],
  ])('that is %s is not taken', async (_, request) => {
    const name = issuersOf(issuer.url, issuer.tenantId)['2.0'];
    const error = await failureOf(bearer(verify, request.issuer === 'this' ? { ...request, issuer: name } : request));
    expect(error).toMatchObject({ status: 401, code: 'Unauthorized' });
    expect(error.headers['WWW-Authenticate']).toContain(`${issuer.url}/${issuer.tenantId}/oauth2/v2.0/authorize`);
    expect(error.headers['WWW-Authenticate']).toContain('error="invalid_token"');
  });

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    'Bearer a.b.c',
    'Bearer not a token',
    'Basic YWxhZGRpbjpvcGVuc2VzYW1l',
    `Bearer ${'a'.repeat(20_000)}`,
    `Bearer ${'a.'.repeat(5_000)}`,
    'Bearer eyJhbGciOiJSUzI1NiJ9..',
  ])('is not %j', async (authorization) => {
    const error = await failureOf(present(verify, authorization));
    expect(error).toMatchObject({ status: 401, code: 'Unauthorized' });
    expect(error.headers['WWW-Authenticate']).toMatch(/^Bearer /);
  });

  it('is never repeated in what is said about it', async () => {
    const token = await control.token({ audience: 'api://other-audience', name: 'Ada Planted' });
    const error = await failureOf(present(verify, `Bearer ${token}`));
    const said = JSON.stringify([error.message, error.headers, error.stack]);
    for (const part of token.split('.')) expect(said).not.toContain(part);
    expect(said).not.toContain('Planted');
  });
});

describe('the settings', () => {
  const verifierWith = (more: Record<string, string>): Authenticate =>
    tokenVerifier(settingsFor(issuer.url, more), clock.now);

  it('limit the applications that may call: another one is known, and gets 403 with the remedy', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const verify = verifierWith({ API_CLIENTS: `${one.toUpperCase()}, ${two}` });
    for (const version of ['1.0', '2.0'] as const) {
      await bearer(verify, { version, azp: one });
      await bearer(verify, { version, azp: two.toUpperCase(), upn: 'ada@contoso.com' });
      const other = randomUUID();
      const error = await failureOf(bearer(verify, { version, azp: other }));
      expect(error).toMatchObject({ status: 403, code: 'ClientNotAllowed' });
      expect(error.message).toMatch(new RegExp(`application ${other} .* API_CLIENTS`));
      expect(error.headers['WWW-Authenticate']).toBeUndefined();
    }
  });

  it('name the scope of users', async () => {
    const verify = verifierWith({ API_SCOPE: 'Mfa.Use' });
    await bearer(verify, { upn: 'ada@contoso.com', scope: 'openid Mfa.Use' });
    await bearer(verify);
    expect((await failureOf(bearer(verify, { upn: 'ada@contoso.com' }))).message).toContain('Mfa.Use');
  });

  it('limit the version of tokens', async () => {
    const verify = verifierWith({ API_TOKEN_VERSION: '2.0' });
    await bearer(verify, { version: '2.0' });
    expect(await failureOf(bearer(verify, { version: '1.0' }))).toMatchObject({ status: 401 });
  });
});

it('the issuers are those of the settings, and of their cloud', () => {
  const id = issuer.tenantId;
  expect(issuersOf('https://login.microsoftonline.com', id)).toEqual({
    '1.0': `https://sts.windows.net/${id}/`,
    '2.0': `https://login.microsoftonline.com/${id}/v2.0`,
  });
  expect(issuersOf('https://login.partner.microsoftonline.cn', id)['1.0']).toBe(`https://sts.chinacloudapi.cn/${id}/`);
});

describe('when keys rotate', () => {
  it('a token with a new key is accepted after one fetch, and old keys stay valid', async () => {
    const verify = verifier(issuer.url, { ...KEY_TIMES, cooldownMs: 0 });
    const old = `Bearer ${await control.token()}`;
    await present(verify, old);
    const before = issuer.counters.jwksRequests;
    await control.rotateKeys();
    await bearer(verify);
    await bearer(verify);
    await present(verify, old);
    expect(issuer.counters.jwksRequests - before).toBe(1);
    await control.rotateKeys({ retire: true });
    await bearer(verify);
    expect(await failureOf(present(verify, old))).toMatchObject({ status: 401 });
  });

  it('a flood of unknown keys asks the issuer once in a cooldown', async () => {
    const verify = verifier();
    const before = issuer.counters.jwksRequests;
    const tokens = await Promise.all(Array.from({ length: 200 }, (_, n) => control.token({ kid: `unknown-${n}` })));
    const errors = await Promise.all(tokens.map((token) => failureOf(present(verify, `Bearer ${token}`))));
    expect(new Set(errors.map(({ status }) => status))).toEqual(new Set([401]));
    await bearer(verify);
    expect(issuer.counters.jwksRequests - before).toBe(1);
  });

  it('tokens that cannot be genuine cause no fetch', async () => {
    const verify = verifier();
    const before = issuer.counters.jwksRequests;
    for (const request of [{ algorithm: 'none' }, { algorithm: 'HS256' }] as const)
      await failureOf(bearer(verify, request));
    await failureOf(present(verify, 'Bearer a.b.c'));
    expect(issuer.counters.jwksRequests).toBe(before);
  });
});

describe('while the keys cannot be fetched', () => {
  let server: Server;
  let authority: string;
  let answer: { status: number; body: string };
  let asked: number;

  beforeAll(async () => {
    server = createServer((_, response) => {
      asked++;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    authority = (await listen(server)).url;
  });
  afterAll(() => closeNow(server));
  beforeEach(() => {
    asked = 0;
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = (): Promise<string> =>
    new SignJWT({ oid: 'a', tid: issuer.tenantId })
      .setProtectedHeader({ alg: 'RS256', kid: 'a' })
      .setAudience(DEFAULT_AUDIENCE)
      .sign(privateKey);

  it.each([
    ['fails', 500, '{}'],
    ['is not found', 404, '{}'],
    ['sends no JSON', 200, '<html></html>'],
    ['sends no keys', 200, '{"keys":"none"}'],
    ['sends a broken key', 200, '{"keys":[{"kty":"RSA","kid":"a","use":"sig","n":"!","e":"AQAB"}]}'],
  ])('because the issuer %s, no caller is accepted or permanently rejected', async (_, status, body) => {
    answer = { status, body };
    const verify = verifier(authority);
    const error = await failureOf(present(verify, `Bearer ${await signed()}`));
    expect(error).toMatchObject({ status: 503, code: 'ServiceUnavailable', headers: { 'Retry-After': '5' } });
  });

  it('the issuer is left alone for a while, then asked again', async () => {
    answer = { status: 500, body: '{}' };
    const verify = verifier(authority);
    const token = `Bearer ${await signed()}`;
    for (let attempt = 0; attempt < 20; attempt++) await failureOf(present(verify, token));
    expect(asked).toBe(1);
    clock.advance(KEY_TIMES.failureMs);
    expect(await failureOf(present(verify, token))).toMatchObject({ status: 503 });
    expect(asked).toBe(2);
  });

  it('because there is no issuer', async () => {
    const verify = verifier('http://127.0.0.1:1');
    expect(await failureOf(present(verify, `Bearer ${await signed()}`))).toMatchObject({ status: 503 });
  });
});
