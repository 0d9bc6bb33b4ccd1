import type { INetworkModule, NetworkRequestOptions, NetworkResponse, PublicClientApplication } from '@azure/msal-node';
import { z } from 'zod';
import { isLoopback } from '../../shared/loopback.ts';
import { sendHttp } from '../http.ts';
import { readConfig, removeConfig, writeConfig } from './configFolder.ts';
import type { Login } from './logins.ts';

const CACHE_FILE = 'tokens.json';

/** Microsoft's library for sign-ins, with the refusals that it does not pass on. */
export interface SignInClient {
  readonly library: PublicClientApplication;
  /** Entra's message of the last refusal. For some answers, the library reports only the kind. */
  lastRefusal(): string | undefined;
}

/** A client that stores tokens in a file that only the user can read. */
export async function publicClient({
  authority,
  clientId,
}: Pick<Login, 'authority' | 'clientId'>): Promise<SignInClient> {
  const { PublicClientApplication } = await import('@azure/msal-node');
  const local = isLoopback(authority);
  let refused: string | undefined;
  const library = new PublicClientApplication({
    auth: {
      clientId,
      authority: local ? secure(authority) : authority,
      // Microsoft does not know the simulator, so the library must not ask for its metadata.
      ...(local ? { knownAuthorities: [new URL(authority).host] } : {}),
    },
    system: {
      networkClient: networkClient((description) => {
        refused = description;
      }),
    },
    cache: {
      cachePlugin: {
        beforeCacheAccess: async ({ tokenCache }) => {
          const text = readConfig(CACHE_FILE);
          if (text !== undefined && isJson(text)) tokenCache.deserialize(text);
        },
        afterCacheAccess: async ({ cacheHasChanged, tokenCache }) => {
          if (cacheHasChanged) writeConfig(CACHE_FILE, tokenCache.serialize());
        },
      },
    },
  });
  return { library, lastRefusal: () => refused };
}

/** A damaged file counts as empty; the next sign-in replaces it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Forgets the tokens of all accounts. */
export function forgetTokens(): void {
  removeConfig(CACHE_FILE);
}

/** The library accepts only https addresses, and the local simulator has only http. */
export function inTheClear(url: string): string {
  const clear = url.replace(/^https:/, 'http:');
  return isLoopback(clear) ? clear : url;
}

function secure(url: string): string {
  return url.replace(/^http:/, 'https:');
}

const errorSchema = z.object({ error: z.string(), error_description: z.string() });

function networkClient(onRefusal: (description: string) => void): INetworkModule {
  async function send<T>(
    method: string,
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const response = await sendHttp(inTheClear(url), {
      method,
      headers: options.headers ?? {},
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const headers: Record<string, string> = {};
    response.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const body = JSON.parse(await response.text());
    const refusal = response.ok ? undefined : errorSchema.safeParse(body).data;
    if (refusal !== undefined) onRefusal(refusal.error_description);
    return { headers, status: response.status, body };
  }
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}
