import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type GraphTokens, graphTokens } from '../../../shared/graph/graphTokens.ts';
import { closeNow, listen } from '../../support/listen.ts';

/** The identity endpoint of Azure App Service, with a new token for each request. */
let endpoint: Server;
let url: string;
let asked: number;
let now: number;
let tokens: GraphTokens;

const LIFE_SECONDS = 24 * 60 * 60;

beforeAll(async () => {
  endpoint = createServer((request, response) => {
    const isSigned = request.headers['x-identity-header'] === 'secret';
    const resource = new URL(request.url ?? '', url).searchParams.get('resource');
    if (isSigned) asked++;
    response.writeHead(isSigned ? 200 : 401, { 'Content-Type': 'application/json' }).end(
      JSON.stringify({
        access_token: `token-${asked}`,
        expires_on: Math.floor(Date.now() / 1000) + LIFE_SECONDS,
        resource,
        token_type: 'Bearer',
      }),
    );
  });
  ({ url } = await listen(endpoint));
  vi.stubEnv('IDENTITY_ENDPOINT', `${url}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await closeNow(endpoint);
});
beforeEach(async () => {
  asked = 0;
  now = 0;
  const { ManagedIdentityCredential } = await import('@azure/identity');
  const credential = new ManagedIdentityCredential();
  // Each test has a resource of its own, because the library caches tokens for the whole process.
  tokens = graphTokens(
    { GRAPH_BASE_URL: `https://graph-${Math.random().toString(36).slice(2)}.example`, AZURE_CLIENT_ID: undefined },
    () => now,
    async () => credential,
  );
});
afterEach(() => expect(asked).toBeGreaterThan(0));

it('a token is cached, until Graph refuses it: then the identity is asked for a new one, and that one is cached', async () => {
  expect([await tokens.current(), await tokens.current()]).toEqual(['token-1', 'token-1']);
  await tokens.renew();
  expect([await tokens.current(), await tokens.current()]).toEqual(['token-2', 'token-2']);
});

it('requests that are refused at the same time share one renewal, and a lasting refusal renews every ten seconds', async () => {
  await tokens.current();
  await Promise.all([tokens.renew(), tokens.renew(), tokens.renew()]);
  now = 9_999;
  await tokens.renew();
  expect(asked).toBe(2);
  now = 10_000;
  await tokens.renew();
  expect([asked, await tokens.current()]).toEqual([3, 'token-3']);
});
