import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GraphControl, graphControl } from '../../../../local/graph/control.ts';
import { type GraphSimulator, startGraphSimulator } from '../../../../local/graph/simulator.ts';

let simulator: GraphSimulator;
let control: GraphControl;
beforeAll(async () => {
  simulator = await startGraphSimulator({ users: 5 });
  control = graphControl(simulator.url);
});
afterAll(() => simulator.close());

interface Metadata {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly token_endpoint: string;
}

async function discover(version = '/v2.0'): Promise<Metadata> {
  const path = `${simulator.tenantId}${version}/.well-known/openid-configuration`;
  return (await (await fetch(`${simulator.url}/${path}`)).json()) as Metadata;
}

async function verify(token: string, options: { issuer?: string; audience?: string } = {}) {
  const { issuer, jwks_uri } = await discover();
  const keys = createRemoteJWKSet(new URL(jwks_uri));
  return jwtVerify(token, keys, { issuer, audience: 'api://per-user-mfa', algorithms: ['RS256'], ...options });
}

test('a token verifies against the published keys and has the claims that were asked for', async () => {
  const token = await control.token({ roles: ['MfaState.Read'], oid: 'someone', azp: 'an-app', name: 'An app' });
  const { payload, protectedHeader } = await verify(token);
  expect(payload).toMatchObject({
    roles: ['MfaState.Read'],
    oid: 'someone',
    azp: 'an-app',
    name: 'An app',
    tid: simulator.tenantId,
    ver: '2.0',
    idtyp: 'app',
  });
  expect(protectedHeader.alg).toBe('RS256');
  expect((await control.state()).counters.jwksRequests).toBeGreaterThan(0);
});

test('a user can have a token, with a scope and a subject of its own for each application', async () => {
  const { payload } = await verify(await control.token({ upn: 'ada@contoso.com', azp: 'one' }));
  expect(payload).toMatchObject({ preferred_username: 'ada@contoso.com', scp: 'access' });
  expect(payload).not.toHaveProperty('idtyp');
  const again = await verify(await control.token({ upn: 'ada@contoso.com', azp: 'one' }));
  const other = await verify(await control.token({ upn: 'ada@contoso.com', azp: 'two' }));
  expect(again.payload.sub).toBe(payload.sub);
  expect(new Set([payload.sub, other.payload.sub, payload.oid]).size).toBe(3);
});

test('a token of an application is about itself, and has no scope', async () => {
  const { payload } = await verify(await control.token());
  expect(payload.sub).toBe(payload.oid);
  expect(payload).not.toHaveProperty('scp');
  expect(payload.uti).toMatch(/^[\w-]{22}$/);
});

test('an ID token names no application and no scope', async () => {
  const { payload } = await verify(await control.token({ kind: 'id', upn: 'ada@contoso.com', audience: 'an-app' }), {
    audience: 'an-app',
  });
  expect(payload).toMatchObject({ preferred_username: 'ada@contoso.com', nonce: expect.any(String) });
  for (const claim of ['scp', 'azp', 'appid', 'idtyp']) expect(payload).not.toHaveProperty(claim);
  expect(payload.sub).not.toBe(payload.oid);
});

test('version 1.0 has the issuer and the claims of that version', async () => {
  const { issuer } = await discover('');
  expect(issuer).toBe(`https://sts.windows.net/${simulator.tenantId}/`);
  const { payload } = await verify(await control.token({ version: '1.0', azp: 'an-app', upn: 'a@contoso.com' }), {
    issuer,
  });
  expect(payload).toMatchObject({ ver: '1.0', appid: 'an-app', upn: 'a@contoso.com' });
});

test.each([
  ['expired', { expiresInSeconds: -120 }],
  ['not valid yet', { notBeforeInSeconds: 600 }],
  ['for another audience', { audience: 'api://other' }],
  ['of another issuer', { issuer: 'https://login.microsoftonline.com/other/v2.0' }],
  ['of another tenant', { tenantId: '99999999-0000-4000-8000-000000000000' }],
  ['signed with an unknown key', { kid: 'unknown' }],
  ['signed with the public key as a secret', { algorithm: 'HS256' }],
  ['not signed', { algorithm: 'none' }],
] as const)('a token that is %s does not verify', async (_, request) => {
  await expect(verify(await control.token(request))).rejects.toThrow();
});

test('after a rotation new tokens have the new key; old tokens verify until the old key is retired', async () => {
  const old = await control.token();
  const kid = await control.rotateKeys();
  const { protectedHeader } = await verify(await control.token());
  expect(protectedHeader.kid).toBe(kid);
  await verify(old);
  await control.rotateKeys({ retire: true });
  await expect(verify(old)).rejects.toThrow();
  await verify(await control.token());
});

test('client credentials give a token that Graph takes', async () => {
  const { token_endpoint } = await discover();
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'my-app',
    client_secret: 'anything',
    scope: 'https://graph.microsoft.com/.default',
  });
  const response = await fetch(token_endpoint, { method: 'POST', body });
  const answer = (await response.json()) as { access_token: string; token_type: string; expires_in: number };
  expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3_599 });
  const { payload } = await verify(answer.access_token, { audience: 'https://graph.microsoft.com' });
  expect(payload.azp).toBe('my-app');
  const graph = await fetch(`${simulator.url}/v1.0/organization`, {
    headers: { authorization: `Bearer ${answer.access_token}` },
  });
  expect(graph.status).toBe(200);
});

test('other grants are refused as Entra refuses them', async () => {
  const { token_endpoint } = await discover();
  const body = new URLSearchParams({ grant_type: 'password' });
  const response = await fetch(token_endpoint, { method: 'POST', body });
  expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
    400,
    'unsupported_grant_type',
  ]);
});
