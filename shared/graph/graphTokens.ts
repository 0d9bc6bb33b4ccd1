import type { TokenCredential } from '@azure/identity';
import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { isLoopback } from '../loopback.ts';

/** The tokens of the service for Microsoft Graph. */
export interface GraphTokens {
  /** The token for the next request. */
  current(): Promise<string>;
  /** Graph refused the current token: gets a new one, although the cached one has not expired. */
  renew(): Promise<void>;
}

/** Requests that Graph refuses at the same time share one renewal; a lasting refusal renews no more often than this. */
const RENEW_EVERY_MS = 10_000;

/**
 * A simulator on this machine accepts any token, so none is requested. This one has no signature, and the claim that names
 * the app: `{"alg":"none"}` and `{"appid":"per-user-mfa-local"}`.
 */
const LOCAL_TOKEN = 'eyJhbGciOiJub25lIn0.eyJhcHBpZCI6InBlci11c2VyLW1mYS1sb2NhbCJ9.';
const localTokens: GraphTokens = { current: async () => LOCAL_TOKEN, renew: async () => {} };

/**
 * The tokens come from the identity of the app, which caches them until shortly before they expire. `TokenCredential` has
 * no way around this cache. The library below it has one (`forceRefresh`), for the same cache.
 * @param now milliseconds since 1970
 */
export function graphTokens(
  settings: Pick<Settings, 'GRAPH_BASE_URL' | 'AZURE_CLIENT_ID'>,
  now: () => number,
  credential: () => Promise<TokenCredential>,
): GraphTokens {
  if (isLoopback(settings.GRAPH_BASE_URL)) return localTokens;
  const resource = new URL(settings.GRAPH_BASE_URL).origin;
  let renewal: { readonly begun: number; readonly done: Promise<void> } | undefined;
  return {
    current: async () => {
      const token = await (await credential()).getToken(`${resource}/.default`);
      if (token === null)
        throw new Error('Received no token for Microsoft Graph: check the managed identity and its permissions.');
      return token.token;
    },
    renew: () => {
      if (renewal === undefined || now() - renewal.begun >= RENEW_EVERY_MS)
        renewal = { begun: now(), done: refreshCache(settings.AZURE_CLIENT_ID, resource) };
      return renewal.done;
    },
  };
}

/** Replaces the cached token of the managed identity. The sign-ins of a developer machine have no such cache. */
async function refreshCache(clientId: string | undefined, resource: string): Promise<void> {
  const { ManagedIdentityApplication } = await import('@azure/msal-node');
  const identity = new ManagedIdentityApplication(
    clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } },
  );
  if (identity.getManagedIdentitySource() !== 'AppService') return;
  await identity.acquireToken({ resource, forceRefresh: true });
}

/** The tokens of the app's own identity. */
export function appTokens(settings: Settings, now: () => number): GraphTokens {
  return graphTokens(settings, now, () => azureCredential(settings));
}
