import type { Answer } from '../http/answer.ts';
import type { HttpRequest } from '../http/exchange.ts';
import type { Tenant } from '../tenant.ts';
import { type Issuer, issuerName, issueToken } from './accessToken.ts';
import { authorize, deviceLogin, startDevice, tokenForUser } from './userSignIn.ts';

/**
 * Answers what Entra's login endpoint would: discovery, keys, tokens for client credentials, and users who sign in with
 * a browser or a device code. Any client, secret and user is taken. Returns undefined for other paths.
 */
export async function handleIssuer(tenant: Tenant, issuer: Issuer, request: HttpRequest): Promise<Answer | undefined> {
  const [path, search] = request.url.split('?');
  const query = new URLSearchParams(search);
  if (path === '/devicelogin') return deviceLogin(tenant, issuer, query);
  const match = /^\/([^/]+)\/(.+)$/.exec(path ?? '');
  if (match === null) return undefined;
  const tenantInPath = match[1] as string;
  const get = request.method === 'GET';
  switch (match[2]) {
    case 'v2.0/.well-known/openid-configuration':
      return get ? json(200, discovery(issuer, tenantInPath, '2.0')) : undefined;
    case '.well-known/openid-configuration':
      return get ? json(200, discovery(issuer, tenantInPath, '1.0')) : undefined;
    case 'discovery/v2.0/keys':
    case 'discovery/keys':
      if (!get) return undefined;
      tenant.counters.jwksRequests++;
      return json(200, await issuer.keys.published());
    case 'oauth2/v2.0/token':
      return request.method === 'POST' ? token(tenant, issuer, request) : undefined;
    case 'oauth2/v2.0/devicecode':
      return request.method === 'POST' ? startDevice(issuer, new URLSearchParams(request.body ?? '')) : undefined;
    case 'oauth2/v2.0/authorize':
      return get ? authorize(tenant, issuer, query) : undefined;
    default:
      return undefined;
  }
}

function json(status: number, body: object): Answer {
  return { status, headers: {}, body };
}

function discovery(issuer: Issuer, tenantInPath: string, version: '1.0' | '2.0'): object {
  const base = `${issuer.url}/${tenantInPath}`;
  // Entra's metadata for "common" and "organizations" name the issuer with a placeholder.
  const tenantId = ['common', 'organizations'].includes(tenantInPath) ? '{tenantid}' : issuer.tenantId;
  return {
    issuer: issuerName(issuer.url, tenantId, version),
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/${version === '2.0' ? 'v2.0/' : ''}keys`,
    response_types_supported: ['code', 'id_token', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  };
}

async function token(tenant: Tenant, issuer: Issuer, request: HttpRequest): Promise<Answer> {
  const form = new URLSearchParams(request.body ?? '');
  if (form.get('grant_type') !== 'client_credentials') {
    const forUser = await tokenForUser(tenant, issuer, form);
    if (forUser !== undefined) return forUser;
    return refusal('unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.');
  }
  const clientId = form.get('client_id');
  const scope = form.get('scope');
  if (clientId === null || scope === null) {
    return refusal('invalid_request', "AADSTS900144: The request body must contain 'client_id' and 'scope'.");
  }
  const accessToken = await issueToken(issuer, { azp: clientId, audience: scope.replace(/\/\.default$/, '') });
  tenant.counters.tokensIssued++;
  return json(200, { token_type: 'Bearer', expires_in: 3_599, ext_expires_in: 3_599, access_token: accessToken });
}

function refusal(error: string, description: string): Answer {
  return json(400, { error, error_description: description });
}
