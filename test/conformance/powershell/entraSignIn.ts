import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What Entra says to the device code flow before it gives a token, by tenant; then it gives one. */
const TENANTS: Readonly<Record<string, { readonly refusals: readonly string[]; readonly expiresInSeconds: number }>> = {
  slow: { refusals: ['authorization_pending', 'slow_down'], expiresInSeconds: 3_600 },
  brief: { refusals: [], expiresInSeconds: 60 },
  ended: { refusals: [], expiresInSeconds: 60 },
  declined: { refusals: ['authorization_pending', 'authorization_declined'], expiresInSeconds: 3_600 },
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  authorization_pending: 'AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  slow_down: 'AADSTS70011: The client polls too often.',
  authorization_declined: 'AADSTS70019: The user declined.',
  unauthorized_client: 'AADSTS700016: The application was not found in the directory.',
  invalid_grant: 'AADSTS700082: The refresh token has expired due to inactivity.',
};

/** A request that came to the sign-in of a tenant. */
interface Seen {
  readonly what: string;
  readonly atMs: number;
  readonly form: Readonly<Record<string, string>>;
}

export interface EntraSignIn {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers as Entra does to the device code flow, in the way that the name of the tenant says. `/TENANT/log` answers with
 * the requests of a tenant, as JSON. Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code.
 * @param accessToken what it gives in the end
 */
export async function startEntraSignIn(accessToken: string): Promise<EntraSignIn> {
  const seen = new Map<string, Seen[]>();
  const server = createServer(async (request, response) => {
    const [, tenant = '', what = ''] = /^\/([^/]+)\/(?:oauth2\/v2\.0\/)?(\w+)$/.exec(request.url ?? '') ?? [];
    const before = seen.get(tenant) ?? [];
    response.setHeader('Content-Type', 'application/json');
    if (what === 'log') return void response.end(JSON.stringify(before));
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    seen.set(tenant, [...before, { what, atMs: Date.now(), form }]);
    const answer = what === 'devicecode' ? deviceCode(tenant) : token(tenant, form, before, accessToken);
    response.statusCode = 'error' in answer ? 400 : 200;
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function deviceCode(tenant: string): object {
  if (TENANTS[tenant] === undefined) return refusal('unauthorized_client');
  return {
    device_code: 'the-device-code',
    user_code: 'ABCD1234',
    verification_uri: 'https://microsoft.com/devicelogin',
    expires_in: 900,
    interval: 1,
    message: 'To sign in, open https://microsoft.com/devicelogin and enter the code ABCD1234.',
  };
}

function token(
  tenant: string,
  form: Readonly<Record<string, string>>,
  before: readonly Seen[],
  accessToken: string,
): object {
  if (form.grant_type === 'refresh_token' && tenant === 'ended') return refusal('invalid_grant');
  const { refusals = [], expiresInSeconds = 0 } = TENANTS[tenant] ?? {};
  const next = refusals[before.filter(({ what }) => what === 'token').length];
  if (next !== undefined) return refusal(next);
  return {
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    access_token: accessToken,
    refresh_token: 'the-refresh-token',
  };
}

function refusal(error: string): object {
  const description = `${DESCRIPTIONS[error]}\r\nTrace ID: 00000000-0000-0000-0000-000000000000`;
  return { error, error_description: description };
}
