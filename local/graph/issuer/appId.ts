/** The application that callers are taken for whose token does not say. */
export const UNKNOWN_APP_ID = '00000000-0000-0000-0000-00000000a99d';

const known = new Map<string, string>();

/** Tokens come again and again: this many are remembered. */
const REMEMBERED = 1_000;

/** The application of a bearer token, from its claims. They are not verified, because they only count quotas. */
export function appIdOf(token: string): string {
  let appId = known.get(token);
  if (appId === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    appId = readAppId(token);
    known.set(token, appId);
  }
  return appId;
}

function readAppId(token: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { appid, azp } = claims as { appid?: unknown; azp?: unknown };
    if (typeof appid === 'string') return appid;
    return typeof azp === 'string' ? azp : UNKNOWN_APP_ID;
  } catch {
    // Any text is good enough as a token for the simulator: it is then a token of the unknown application.
    return UNKNOWN_APP_ID;
  }
}
