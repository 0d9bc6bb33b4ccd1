import { parseArgs } from 'node:util';
import { startStack } from '../stack.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '7071' },
    data: { type: 'string' },
    auth: { type: 'string', default: 'development' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm start -- [--users N] [--seed S] [--port P] [--data DIR] [--auth KIND] [--verbose]

Runs the service with everything it needs on this machine, until Ctrl-C.

  --users N    users in the simulated directory (2000)
  --seed S     another directory for another seed (1)
  --port P     port of the API (7071)
  --data DIR   keep the tables in a folder; in memory without it
  --auth KIND  development: everybody on this machine is let in (default)
               entra: access tokens are verified as in Azure; the simulator issues them,
               and "npm run --silent token -- --help" says how to get one
  --verbose    show the log of every part`);
  process.exit(0);
}
if (values.auth !== 'development' && values.auth !== 'entra') {
  console.error(`--auth is development or entra, not '${values.auth}'.`);
  process.exit(1);
}

const stack = await startStack({
  users: Number(values.users),
  seed: Number(values.seed),
  port: Number(values.port),
  auth: values.auth,
  ...(values.data === undefined ? {} : { dataDirectory: values.data }),
  ...(values.verbose ? { onLine: (part: string, line: string) => console.error(`[${part}] ${line}`) } : {}),
});
const stop = (): void => {
  stack.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

const [user] = await firstUsers(stack.graphUrl);
const token =
  values.auth === 'entra' ? `-H "Authorization: Bearer $(npm run --silent token -- --port ${values.port})" ` : '';
/** The command line finds the usual address by itself. */
const at = values.port === '7071' ? '' : ` --url ${stack.apiUrl}`;
const pass = values.auth === 'entra' ? `MFA_ACCESS_TOKEN=$(npm run --silent token -- --port ${values.port}) ` : '';
console.log(`The service runs at       ${stack.apiUrl}
Microsoft Graph, simulated ${stack.graphUrl} (${values.users} users)
Tables, in Azurite         ${stack.tablesConnection}
Service Bus, emulated      ${stack.serviceBusConnection}

Try it:

  ${pass}npx . enable ${user} --reason "Trying it out"${at}
  ${pass}npx . operation list${at}

or from anywhere:

  curl -i -X POST ${stack.apiUrl}/state-changes ${token}-H "Content-Type: application/json" -d "{\\"state\\":\\"enabled\\",\\"users\\":[\\"${user}\\"],\\"reason\\":\\"Trying it out\\"}"
  curl ${token}${stack.apiUrl}/operations

Ctrl-C stops everything.`);

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
