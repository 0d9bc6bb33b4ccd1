import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The keys that tokens are verified with cannot be fetched, so nothing can be said about any token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface KeyTimes {
  /** An unknown key makes the verifier look for new ones, at most this often. */
  readonly cooldownMs: number;
  /** After this long the keys are fetched anew. */
  readonly maxAgeMs: number;
  /** After a failure, the issuer is left alone for this long. */
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
 * The issuer's keys (JWKS), fetched when they are needed and kept. However many tokens name keys that nobody has, the
 * issuer is asked at most once in a cooldown; and while it fails, at most once in a while.
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
        throw new Error(`The answer has no keys (${response.status}).`);
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
