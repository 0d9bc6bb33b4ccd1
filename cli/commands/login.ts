import type { Command } from 'commander';
import { isLoopback } from '../../shared/loopback.ts';
import { findAddress } from '../address.ts';
import { Failure } from '../failure.ts';
import { discoverAuthority } from '../signIn/discoverAuthority.ts';
import { readLogins, saveLogin } from '../signIn/logins.ts';
import { hasBrowser, openBrowser } from '../signIn/openBrowser.ts';
import { inTheClear, publicClient } from '../signIn/publicClient.ts';
import { scopeOf, signInFailure } from '../signIn/storedLogin.ts';
import { processTerminal } from '../terminal.ts';
import { toJson, visibleLine } from '../visible.ts';

/**
 * The client id of the Azure CLI. infra/README.md tells how to allow it. Azure's libraries also sign users in with it.
 */
const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const PUBLIC_CLOUD = 'https://login.microsoftonline.com';
const DONE = 'You are signed in. You can close this page.';

interface LoginOptions {
  readonly url?: string;
  readonly audience?: string;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly deviceCode?: boolean;
  readonly json?: boolean;
}

/** Adds `login`. */
export function addLogin(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  program
    .command('login')
    .description(
      'Signs in to a service, with a browser or a device code. Later commands without --url use this service.',
    )
    .option('--url <address>', 'address of the API (MFA_URL)')
    .option('--audience <id>', 'App ID URI of the API (MFA_AUDIENCE of the deployment), or its client id')
    .option('--tenant <tenant>', 'id or domain of the tenant (default: the tenant of the service)')
    .option('--client-id <id>', 'client id of the public client that signs in (MFA_CLIENT_ID; default: the Azure CLI)')
    .option('--device-code', 'show a code to enter in a browser on another device')
    .option('--json', 'print JSON, for scripts')
    .addHelpText(
      'after',
      `
The command stores tokens in a file that only you can read, in MFA_CONFIG_DIR or
in the default folder of the system (~/.config/per-user-mfa).

Examples:
  mfa login --url https://contoso-mfa.azurewebsites.net/api --audience api://TENANT_ID/per-user-mfa-prod
  mfa login --device-code
  mfa status`,
    )
    .action((options: LoginOptions) => run(() => login(options)));
}

async function login(options: LoginOptions): Promise<number> {
  const { env } = process;
  const terminal = processTerminal();
  const address = await addressToSignInTo(options.url ?? env.MFA_URL);
  const before = readLogins().logins[address];
  const audience = options.audience || env.MFA_AUDIENCE || before?.audience;
  if (!audience)
    throw new Failure(
      'NoAudience',
      'The App ID URI of the API is missing. Set --audience or MFA_AUDIENCE, for example to api://TENANT_ID/per-user-mfa-prod.',
    );
  const authority = await authorityFor(address, options.tenant);
  const clientId = options.clientId || env.MFA_CLIENT_ID || before?.clientId || AZURE_CLI;
  const client = await publicClient({ authority, clientId });
  const scopes = [scopeOf(audience)];
  try {
    const result =
      options.deviceCode || !hasBrowser()
        ? await client.library.acquireTokenByDeviceCode({
            scopes,
            deviceCodeCallback: ({ message }) => terminal.note(message),
          })
        : await client.library.acquireTokenInteractive({
            scopes,
            successTemplate: DONE,
            errorTemplate: 'Sign-in failed. The command line shows the reason.',
            openBrowser: async (url) => {
              const page = inTheClear(url);
              terminal.note('Sign in with the browser. To sign in without a browser here, use --device-code.');
              if (!(await openBrowser(page)))
                process.stderr.write(`Open this page to sign in:\n  ${visibleLine(page)}\n`);
            },
          });
    if (result?.account == null) throw new Failure('SignInFailed', 'The sign-in returned no account. Try again.');
    const { homeAccountId, username } = result.account;
    saveLogin(address, { audience, authority, clientId, homeAccountId, username });
    terminal.print(
      options.json
        ? toJson({ address, username, tenant: result.tenantId })
        : `Signed in to ${address} as ${visibleLine(username)}.`,
    );
    return 0;
  } catch (error) {
    throw error instanceof Failure ? error : signInFailure(error, client);
  }
}

/**
 * The address that the user named, or the address of the last login.
 * @throws Failure without one: the tokens of a sign-in go to its address, so the command does not guess it
 */
async function addressToSignInTo(given: string | undefined): Promise<string> {
  const { url, source } = await findAddress(given);
  if (source !== 'guessed') return url;
  throw new Failure('AddressNotNamed', 'Name the service to sign in to with --url or MFA_URL. For the local service:', {
    commands: [`mfa login --url ${url}`],
  });
}

/**
 * The service names the issuer of tokens. The option --tenant replaces only the tenant.
 * @throws Failure also for an issuer on this machine that a service elsewhere names: it would get the sign-in
 */
async function authorityFor(address: string, tenant: string | undefined): Promise<string> {
  let found: string | undefined;
  try {
    found = await discoverAuthority(address);
  } catch (cause) {
    throw new Failure('NotReachable', `The service at ${address} does not answer. Check --url.`, { cause });
  }
  if (found !== undefined && isLoopback(found) && !isLoopback(address))
    throw new Failure(
      'ForeignIssuer',
      `The service at ${address} names an issuer of tokens on this machine. The command does not sign in there. Check --url.`,
    );
  if (tenant === undefined) {
    if (found !== undefined) return found;
    throw new Failure('NoSignIn', `The address ${address} does not ask for a sign-in. Check --url, or set --tenant.`);
  }
  return `${found === undefined ? PUBLIC_CLOUD : new URL(found).origin}/${encodeURIComponent(tenant)}`;
}
