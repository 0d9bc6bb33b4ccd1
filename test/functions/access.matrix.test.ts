import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_APP_ID, DEFAULT_AUDIENCE, type TokenRequest } from '../../local/graph/issuer/accessToken.ts';
import type { Route } from '../../shared/contract/route.ts';
import { routes } from '../../shared/contract/routes.ts';
import { type Role, roles } from '../../shared/http/caller.ts';
import { type App, startApp } from '../support/app.ts';
import { rowCount } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';

const UNKNOWN_USER = '0aa10000-0000-4000-8000-000000000001';
const NO_OPERATION = '0bb20000-0000-4000-8000-000000000001';

/** How a route is called, who may call it, and what who may is answered. */
interface Entry {
  readonly method: string;
  readonly path: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** One of these roles is needed. An empty list means that the route needs no token. */
  readonly needs: readonly string[];
  readonly status: number;
}

/** What a caller may do with any of several roles, and with which of them depends on the state that is asked for. */
const CHANGES = [
  { state: 'enabled', role: 'MfaState.Strengthen' },
  { state: 'enforced', role: 'MfaState.Strengthen' },
  { state: 'disabled', role: 'MfaState.Weaken' },
].map(({ state, role }) => ({
  method: 'POST',
  path: 'state-changes',
  body: { state, users: [UNKNOWN_USER], reason: 'a test' },
  needs: [role],
  status: 202,
}));

/** The same change, with the users in a file. */
function asCsv({ body, ...entry }: (typeof CHANGES)[number]): Entry {
  const { state, reason } = body;
  return {
    ...entry,
    path: `state-changes/csv?${new URLSearchParams({ state, reason })}`,
    body: `user\n${UNKNOWN_USER}\n`,
    headers: { 'Content-Type': 'text/csv' },
  };
}

/** A call of a route. The resource in its path does not exist, which only callers with the role may learn. */
function entriesOf({ name, method, path, roles: needs, answers }: Route): readonly Entry[] {
  if (name === 'requestStateChange') return CHANGES;
  if (name === 'requestStateChangeFromCsv') return CHANGES.map(asCsv);
  const named = path.replace('{operationId}', NO_OPERATION).replace('{userId}', UNKNOWN_USER);
  return [{ method, path: named, needs: needs ?? [], status: named === path ? Number(Object.keys(answers)[0]) : 404 }];
}

/** Every function that is called over HTTP. One without an entry fails the test. */
const ENTRIES: Readonly<Record<string, readonly Entry[]>> = {
  ...Object.fromEntries(routes.map((route) => [route.name, entriesOf(route)])),
  zAnswerUnknownRoute: [
    { method: 'GET', path: 'nothing', needs: [], status: 404 },
    { method: 'DELETE', path: 'operations', needs: [], status: 405 },
  ],
};

const all = [...roles];

/** Tokens that are rejected. Text is sent unchanged. */
const REFUSED: Readonly<Record<string, TokenRequest | string | null>> = {
  'no token': null,
  garbage: 'Bearer 8dc1-garbage',
  'another scheme': 'Basic YWxhZGRpbjpvcGVuc2VzYW1l',
  'alg: none': { algorithm: 'none' },
  'HS256 with the public key': { algorithm: 'HS256' },
  'RS384 with the same key': { algorithm: 'RS384' },
  'wrong issuer': { issuer: 'https://login.contoso.com' },
  'other tenant': { tenantId: '99999999-0000-4000-8000-000000000000' },
  'wrong audience': { audience: 'https://graph.microsoft.com' },
  expired: { expiresInSeconds: -120 },
  'not yet valid': { notBeforeInSeconds: 120 },
  'unknown key': { kid: 'unknown' },
  'ID token': { kind: 'id', upn: 'ada@contoso.com', audience: DEFAULT_AUDIENCE },
  'user without the scope': { upn: 'ada@contoso.com', scope: 'User.Read' },
  'user without any scope': { upn: 'ada@contoso.com', without: ['scp'] },
  'application with a scope': { claims: { scp: 'access' } },
  'application that is not its own subject': { claims: { sub: UNKNOWN_USER } },
  'version 1.0 with the issuer of 2.0': { version: '1.0', claims: { ver: '2.0' } },
  'valid for ten years': { expiresInSeconds: 315_360_000 },
  'issued in the future': { claims: { iat: 4_000_000_000 } },
  'tenant in a list': { claims: { tid: ['contoso'] } },
  'owner in a list': { claims: { oid: [UNKNOWN_USER], sub: [UNKNOWN_USER] } },
  'roles as text': { claims: { roles: 'MfaState.Read MfaState.Weaken' } },
  'no application': { without: ['azp'] },
  'no version': { without: ['ver'] },
};

/** Tokens that are accepted, apart from the roles. */
const ACCEPTED: Readonly<Record<string, TokenRequest>> = {
  'an application': {},
  'a user': { upn: 'ada@contoso.com' },
  'an application, version 1.0': { version: '1.0' },
  'a user, version 1.0': { version: '1.0', upn: 'ada@contoso.com' },
};

let parts: Parts;
let app: App;
let control: GraphControl;

beforeAll(async () => {
  parts = await startParts({ users: 50 });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
    API_CLIENTS: `${UNKNOWN_USER}, ${DEFAULT_APP_ID}`,
  });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const listedSchema = z.array(
  z.object({ name: z.string(), config: z.object({ bindings: z.array(z.looseObject({ type: z.string() })) }) }),
);

/** The functions that the host serves over HTTP. */
async function served(): Promise<string[]> {
  const response = await fetch(app.url.replace(/\/api$/, '/admin/functions'));
  return listedSchema
    .parse(await response.json())
    .filter(({ config }) => config.bindings.some(({ type }) => type === 'httpTrigger'))
    .map(({ name }) => name);
}

async function statusOf(
  entry: Entry,
  headers: Record<string, string>,
  refusal = /needs the app role Mfa(State|Audit)\.\w+/,
): Promise<number> {
  const response = await app.call<{ error?: { code?: string; message?: string } }>(
    entry.method,
    entry.path,
    entry.body,
    { ...entry.headers, ...headers },
  );
  const { status, body } = response;
  if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Bearer authorization_uri="http/);
  if (status === 403) expect(body.error?.message).toMatch(refusal);
  if (status >= 400) expect(response.headers.get('x-ms-error-code')).toBe(body.error?.code);
  return status;
}

async function authorization(token: TokenRequest | string | null): Promise<Record<string, string>> {
  if (token === null) return {};
  const text = typeof token === 'string' ? token : `Bearer ${await control.token({ roles: all, ...token })}`;
  return { Authorization: text };
}

it('every route has an entry', async () => {
  const names = await served();
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => ENTRIES[name] === undefined)).toEqual([]);
});

describe('who is not known', () => {
  it.each(Object.entries(REFUSED))('is let in nowhere: %s', async (_, token) => {
    const headers = await authorization(token);
    const principal = Buffer.from(JSON.stringify({ userRoles: all })).toString('base64');
    for (const name of await served())
      for (const entry of ENTRIES[name] ?? []) {
        const expected = entry.needs.length === 0 ? entry.status : 401;
        expect([name, await statusOf(entry, headers)]).toEqual([name, expected]);
        const claimed = { ...headers, 'x-ms-client-principal': principal, 'x-ms-client-principal-id': UNKNOWN_USER };
        expect([name, await statusOf(entry, claimed)]).toEqual([name, expected]);
      }
  });

  it('leaves no trace', async () => {
    const deps = parts.worker();
    expect(await rowCount(deps, 'operations')).toBe(0);
    for (const queue of ['plans', 'expressplans']) expect(parts.bus.queue(queue).enqueued).toBe(0);
  });
});

describe('an application that API_CLIENTS does not name', () => {
  const other = '0cc30000-0000-4000-8000-000000000001';
  const refusal = new RegExp(`application ${other} may not call this API.*API_CLIENTS`);

  it.each(Object.entries(ACCEPTED))('is refused everywhere, whatever its roles: %s', async (_, token) => {
    const headers = await authorization({ ...token, azp: other });
    for (const name of await served())
      for (const entry of ENTRIES[name] ?? [])
        expect([name, await statusOf(entry, headers, refusal)]).toEqual([
          name,
          entry.needs.length === 0 ? entry.status : 403,
        ]);
  });
});

describe('who is known', () => {
  const granted: readonly (readonly [string, readonly Role[]])[] = [
    ['no role', []],
    ...roles.map((role) => [role, [role]] as const),
    ['all roles', all],
  ];
  const callers = Object.entries(ACCEPTED).flatMap(([kind, token]) =>
    granted.map(([name, given]): [string, string, TokenRequest & { roles: string[] }] => [
      kind,
      name,
      { ...token, roles: [...given] },
    ]),
  );

  it.each(callers)('may do what the roles say: %s with %s', async (_kind, _name, token) => {
    const headers = await authorization(token);
    for (const name of await served())
      for (const entry of ENTRIES[name] ?? []) {
        const may = entry.needs.length === 0 || token.roles.some((role) => entry.needs.includes(role));
        expect([name, await statusOf(entry, headers)]).toEqual([name, may ? entry.status : 403]);
      }
  });
});
