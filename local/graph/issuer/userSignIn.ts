import { randomUUID } from 'node:crypto';
import { roles } from '../../../shared/http/caller.ts';
import type { Answer } from '../http/answer.ts';
import type { Tenant } from '../tenant.ts';
import { API_SCOPE, DEFAULT_AUDIENCE, type Issuer, issueToken } from './accessToken.ts';
import { DEVICE_CODE_SECONDS, type SignedIn } from './signIns.ts';

/**
 * The polling interval of a device, in seconds. Entra uses 5; the simulator is faster, because no person has to type.
 */
const POLL_SECONDS = 1;
const TOKEN_SECONDS = 3_600;

/** The device authorization endpoint (learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code). */
export function startDevice(issuer: Issuer, form: URLSearchParams): Answer {
  const clientId = form.get('client_id');
  if (clientId === null) return refusal('invalid_request', "AADSTS900144: The request body must contain 'client_id'.");
  const { deviceCode, userCode } = issuer.signIns.startDevice({ clientId, scope: form.get('scope') ?? '' });
  const page = `${issuer.url}/devicelogin`;
  return json(200, {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    expires_in: DEVICE_CODE_SECONDS,
    interval: POLL_SECONDS,
    message: `To sign in, use a web browser to open the page ${page}?code=${userCode} to authenticate.`,
  });
}

/**
 * The page where a user enters the code of a device: `?code=` and, for another user than the first, `&user=`;
 * `&decline=true` says no.
 */
export function deviceLogin(tenant: Tenant, issuer: Issuer, query: URLSearchParams): Answer {
  const decision = query.get('decline') === 'true' ? 'declined' : { upn: query.get('user') ?? firstUser(tenant) };
  if (!issuer.signIns.decideDevice(query.get('code') ?? '', decision))
    return page(400, 'No device shows this code. Add ?code= and the code that it shows.');
  return page(200, decision === 'declined' ? 'Declined.' : `Signed in as ${decision.upn}. You can close this page.`);
}

/** The authorization endpoint: the first user signs in at once, without a page. */
export function authorize(tenant: Tenant, issuer: Issuer, query: URLSearchParams): Answer {
  const clientId = query.get('client_id');
  const redirectUri = query.get('redirect_uri');
  const challenge = query.get('code_challenge');
  if (clientId === null || redirectUri === null || challenge === null)
    return page(400, 'AADSTS900144: The request must contain client_id, redirect_uri and code_challenge.');
  const upn = firstUser(tenant);
  const code = issuer.signIns.grant({ clientId, scope: query.get('scope') ?? '', challenge, upn });
  const target = new URL(redirectUri);
  target.searchParams.set('code', code);
  target.searchParams.set('client_info', clientInfo(tenant, issuer, upn));
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { Location: target.href } };
}

/** The token endpoint for users. Returns undefined for a grant of another kind. */
export async function tokenForUser(tenant: Tenant, issuer: Issuer, form: URLSearchParams): Promise<Answer | undefined> {
  switch (form.get('grant_type')) {
    case 'urn:ietf:params:oauth:grant-type:device_code':
    case 'device_code': {
      const found = issuer.signIns.askForDevice(form.get('device_code') ?? '');
      return typeof found === 'string' ? refusal(found, DEVICE_REFUSALS[found]) : tokens(tenant, issuer, found);
    }
    case 'authorization_code': {
      const found = issuer.signIns.takeCode(form.get('code') ?? '', form.get('code_verifier') ?? '');
      return found === undefined ? expired() : tokens(tenant, issuer, found);
    }
    case 'refresh_token': {
      const found = issuer.signIns.refresh(form.get('refresh_token') ?? '');
      return found === undefined ? expired() : tokens(tenant, issuer, { ...found, scope: form.get('scope') ?? '' });
    }
    default:
      return undefined;
  }
}

const DEVICE_REFUSALS = {
  authorization_pending: 'AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  authorization_declined: 'AADSTS65004: User declined to consent to access the app.',
  expired_token: 'AADSTS70019: The verification code has expired.',
} as const;

const expired = (): Answer =>
  refusal('invalid_grant', 'AADSTS700082: The refresh token has expired due to inactivity.');

async function tokens(tenant: Tenant, issuer: Issuer, signedIn: SignedIn): Promise<Answer> {
  const resource = signedIn.scope
    .split(' ')
    .find((scope) => scope.endsWith('/.default'))
    ?.slice(0, -'/.default'.length);
  if (resource !== DEFAULT_AUDIENCE)
    return refusal(
      'invalid_resource',
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${issuer.tenantId}.`,
    );
  const who = { oid: objectId(tenant, signedIn.upn), upn: signedIn.upn, azp: signedIn.clientId };
  const accessToken = await issueToken(issuer, { ...who, audience: resource, roles: [...roles] });
  const idToken = await issueToken(issuer, {
    ...who,
    kind: 'id',
    audience: signedIn.clientId,
    name: signedIn.upn,
  });
  tenant.counters.tokensIssued++;
  return json(200, {
    token_type: 'Bearer',
    scope: `${resource}/${API_SCOPE} ${resource}/.default`,
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: accessToken,
    refresh_token: issuer.signIns.grant(signedIn),
    id_token: idToken,
    client_info: clientInfo(tenant, issuer, signedIn.upn),
  });
}

function clientInfo(tenant: Tenant, issuer: Issuer, upn: string): string {
  return Buffer.from(JSON.stringify({ uid: objectId(tenant, upn), utid: issuer.tenantId })).toString('base64url');
}

function firstUser(tenant: Tenant): string {
  return tenant.directory.principalName(0);
}

/** An unknown user signs in like the first user of the directory, with the given name. */
function objectId(tenant: Tenant, upn: string): string {
  return tenant.directory.id(tenant.directory.find(upn) ?? 0);
}

function json(status: number, body: object): Answer {
  return { status, headers: {}, body };
}

function page(status: number, text: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: text };
}

/** Entra ends what it says with where it can be found in its logs. */
function refusal(error: string, description: string): Answer {
  const code = Number(/^AADSTS(\d+)/.exec(description)?.[1]);
  const trailer = `Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: 2026-03-01 08:00:00Z`;
  return json(400, { error, error_description: `${description} ${trailer}`, error_codes: [code] });
}
