import { UsageError } from '../options.ts';
import { type Stack, startStack } from '../stack.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { refusePortInUse } from './refusePortInUse.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await start(options);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof UsageError ? message : `The service did not start: ${message}`);
  process.exit(1);
}

async function start({ users, seed, port, data, auth, verbose }: StartOptions): Promise<void> {
  await refusePortInUse(port);
  const starting = startStack({
    users,
    seed,
    port,
    auth,
    ...(data === undefined ? {} : { dataDirectory: data }),
    ...(verbose ? { onLine: (part: string, line: string) => console.error(`[${part}] ${line}`) } : {}),
  });
  stopOnSignal(starting);
  const stack = await starting;
  const [user = 'alice@contoso.com'] = await firstUsers(stack.graphUrl);
  console.log(welcome(stack, { users, port, auth }, user));
}

/** Ctrl-C ends everything in order, also while it is still being started. */
function stopOnSignal(starting: Promise<Stack>): void {
  const stop = (): void => {
    starting
      .then((stack) => stack.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error instanceof Error ? error.message : String(error));
          process.exit(1);
        },
      );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function welcome(
  stack: Stack,
  { users, port, auth }: Pick<StartOptions, 'users' | 'port' | 'auth'>,
  user: string,
): string {
  const withToken = auth === 'entra';
  const token = withToken ? `-H "Authorization: Bearer $(npm run --silent token -- --port ${port})" ` : '';
  /** The command line finds the usual address by itself. */
  const at = port === 7071 ? '' : ` --url ${stack.apiUrl}`;
  const pass = withToken ? `MFA_ACCESS_TOKEN=$(npm run --silent token -- --port ${port}) ` : '';
  return `The service runs at       ${stack.apiUrl}
Microsoft Graph, simulated ${stack.graphUrl} (${users} users)
Tables, in Azurite         ${stack.tablesConnection}
Service Bus, emulated      ${stack.serviceBusConnection}

Try it:

  ${pass}npx . enable ${user} --reason "Trying it out"${at}
  ${pass}npx . operation list${at}

or from anywhere:

  curl -i -X POST ${stack.apiUrl}/state-changes ${token}-H "Content-Type: application/json" -d "{\\"state\\":\\"enabled\\",\\"users\\":[\\"${user}\\"],\\"reason\\":\\"Trying it out\\"}"
  curl ${token}${stack.apiUrl}/operations

Ctrl-C stops everything.`;
}

async function firstUsers(graphUrl: string): Promise<string[]> {
  const response = await fetch(`${graphUrl}/control/users`);
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { upn: string; state: string })
    .filter(({ upn, state }) => state === 'disabled' && !upn.includes('#') && !upn.startsWith('Sync_'))
    .map(({ upn }) => upn);
}
