import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { readLogins, removeLogin } from '../signIn/logins.ts';
import { forgetTokens, publicClient } from '../signIn/publicClient.ts';
import { processTerminal } from '../terminal.ts';

/** Adds `logout`. */
export function addLogout(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  program
    .command('logout')
    .description('Signs out of a service and removes its stored tokens.')
    .option('--url <address>', 'address of the API (default: the service that commands use)')
    .option('--all', 'sign out of all services')
    .addHelpText('after', '\nExamples:\n  mfa logout\n  mfa logout --all')
    .action((options: { url?: string; all?: boolean }) => run(() => logout(options)));
}

async function logout({ url, all }: { readonly url?: string; readonly all?: boolean }): Promise<number> {
  const { current, logins } = readLogins();
  const address = url?.replace(/\/+$/, '') ?? current ?? Object.keys(logins)[0];
  const addresses = all
    ? Object.keys(logins)
    : address !== undefined && Object.hasOwn(logins, address)
      ? [address]
      : [];
  if (addresses.length === 0)
    throw new Failure('NotSignedIn', 'You are not signed in to this service.', { commands: ['mfa status'] });
  for (const one of addresses) await forget(one);
  if (all) forgetTokens();
  processTerminal().print(`Signed out of ${addresses.join(', ')}.`);
  return 0;
}

async function forget(address: string): Promise<void> {
  const { logins } = readLogins();
  const login = logins[address];
  removeLogin(address);
  // The same account may be signed in to another service.
  if (
    login === undefined ||
    Object.entries(logins).some(
      ([other, { homeAccountId }]) => other !== address && homeAccountId === login.homeAccountId,
    )
  )
    return;
  const cache = (await publicClient(login)).library.getTokenCache();
  const account = await cache.getAccountByHomeId(login.homeAccountId);
  if (account !== null) await cache.removeAccount(account);
}
