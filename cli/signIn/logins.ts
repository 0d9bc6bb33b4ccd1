import { z } from 'zod';
import { readConfig, removeConfig, writeConfig } from './configFolder.ts';

const FILE = 'logins.json';

const loginSchema = z.object({
  /** The audience of the tokens: the API's client id or App ID URI. */
  audience: z.string(),
  /** The issuer of the tokens, with the tenant: https://login.microsoftonline.com/… */
  authority: z.string(),
  /** The application that signs in. */
  clientId: z.string(),
  /** The key of the account in the token cache. */
  homeAccountId: z.string(),
  username: z.string(),
});
/** A sign-in to a service with `mfa login`, without the tokens. */
export type Login = z.infer<typeof loginSchema>;

const fileSchema = z.object({
  version: z.literal(1),
  /** The address for commands without --url. */
  current: z.string().nullable(),
  logins: z.record(z.string(), loginSchema),
});
export type Logins = z.infer<typeof fileSchema>;

/** All logins, by the address of the service. A damaged file counts as empty; the next sign-in replaces it. */
export function readLogins(): Logins {
  const none: Logins = { version: 1, current: null, logins: {} };
  const text = readConfig(FILE);
  if (text === undefined) return none;
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    return none;
  }
}

export function saveLogin(address: string, login: Login): void {
  const { logins } = readLogins();
  writeConfig(FILE, JSON.stringify({ version: 1, current: address, logins: { ...logins, [address]: login } }, null, 2));
}

export function removeLogin(address: string): void {
  const { current, logins } = readLogins();
  const { [address]: _, ...others } = logins;
  if (Object.keys(others).length === 0) removeConfig(FILE);
  else
    writeConfig(
      FILE,
      JSON.stringify({ version: 1, current: current === address ? null : current, logins: others }, null, 2),
    );
}
