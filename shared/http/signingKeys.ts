import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The keys for verifying tokens cannot be fetched, so no token can be checked. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface KeyTimes {
  /** The shortest time between two fetches because of an unknown key. */
  readonly cooldownMs: number;
  /** The time after which the keys are fetched again. */
  readonly maxAgeMs: number;
  /** The wait after a failure, before the keys are fetched again. */
  readonly failureMs: number;
  readonly timeoutMs: number;
}

export const KEY_TIMES: KeyTimes = {
  cooldownMs: 30_000,
  maxAgeMs: 24 * 60 * 60_000,
  failureMs: 5_000,
  timeoutMs: 5_000,
};

/**
 * The issuer's keys (JWKS), fetched on demand and cached. However many tokens name unknown keys, the keys are fetched
 * at most once per cooldown, and after a failure only after a wait.
 * @param now milliseconds since 1970
 * @throws KeysUnavailableError from the function that it returns
 */
export function signingKeys(url: URL, times: KeyTimes, now: () => number): JWTVerifyGetKey {
  let failed: { readonly cause: unknown; readonly until: number } | undefined;

  async function fetchKeys(address: string, options: RequestInit): Promise<Response> {
    if (failed !== undefined && now() < failed.until) throw unavailable(failed.cause);
    try {
      const response = await fetch(address, options);
      const keys: unknown = await response.json();
      if (response.status !== 200 || !jwksSchema.safeParse(keys).success)
        throw new Error(`The issuer's answer has no keys (status ${response.status}).`);
      failed = undefined;
      return Response.json(keys);
    } catch (cause) {
      failed = { cause, until: now() + times.failureMs };
      throw unavailable(cause);
    }
  }

  return createRemoteJWKSet(url, {
    cooldownDuration: times.cooldownMs,
    cacheMaxAge: times.maxAgeMs,
    timeoutDuration: times.timeoutMs,
    [customFetch]: fetchKeys,
  });
}

function unavailable(cause: unknown): KeysUnavailableError {
  return new KeysUnavailableError('The keys of the issuer cannot be fetched.', { cause });
}
