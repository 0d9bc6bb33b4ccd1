import type { Child } from '../child.ts';
import { EXAMPLE_DIRECTORY, EXAMPLE_USERS_FILE } from '../examples/exampleUsers.ts';
import { PILOT_GROUP_ID } from '../graph/directory/fixedUsers.ts';
import type { Stack } from '../stack.ts';
import type { StartOptions } from './options.ts';

/** The port at which the command line looks for the service by itself. */
const USUAL_PORT = 7071;

/** What `npm start` prints when everything runs: where the parts are, and commands that work as they stand. */
export function welcome(stack: Stack, options: StartOptions, seconds: number): string {
  return `Ready in ${seconds.toFixed(1)} s. Every part is a process of its own:

${partLines(stack, options).join('\n')}

Try it in another terminal, in this folder:

${commandLines(stack, options)
  .map((line) => `  ${line}`)
  .join('\n')}

or from anywhere:

  ${curlLine(stack, options)}
${keptText(options)}
Ctrl-C stops everything.`;
}

function partLines(
  { apiUrl, graphUrl, serviceBusConnection, tablesConnection, parts }: Stack,
  { users, verbose }: StartOptions,
): string[] {
  const pid = (...children: readonly Child[]): string => children.map((child) => `process ${child.pid}`).join(', ');
  const lines = [
    `The service      ${apiUrl} (${pid(...parts.hosts)})`,
    `Graph simulator  ${graphUrl}, with ${users} ${users === 1 ? 'user' : 'users'} (${pid(parts.graph)})`,
    `Azurite          ${addressIn(tablesConnection, /TableEndpoint=([^;]+)/)} (${pid(parts.azurite)})`,
    `Service Bus      ${addressIn(serviceBusConnection, /Endpoint=([^;]+)/)} (${pid(parts.serviceBus)})`,
  ];
  return verbose ? [...lines, '', tablesConnection, serviceBusConnection] : lines;
}

function addressIn(connectionString: string, pattern: RegExp): string {
  return pattern.exec(connectionString)?.[1] ?? connectionString;
}

/** The commands of the first minutes, each with what it is for. */
export function commandLines({ apiUrl }: Pick<Stack, 'apiUrl'>, options: StartOptions): string[] {
  const { users, seed, port, auth } = options;
  const before = auth === 'entra' ? `MFA_ACCESS_TOKEN=$(npm run --silent token -- --port ${port}) ` : '';
  // The command line sends a token only to an address that is named.
  const after = port === USUAL_PORT && auth !== 'entra' ? '' : ` --url ${apiUrl}`;
  const hasExampleUsers = seed === EXAMPLE_DIRECTORY.seed && users >= EXAMPLE_DIRECTORY.size;
  return [
    'user summary',
    'enable alice@contoso.com --reason "Ticket 4711"',
    `enable --group ${PILOT_GROUP_ID} --reason "Pilot" --dry-run`,
    ...(hasExampleUsers ? [`enable ${EXAMPLE_USERS_FILE} --reason "Rollout, wave 1"`] : []),
    'audit --user alice@contoso.com',
  ].map((command) => `${before}npx . ${command}${after}`);
}

function curlLine({ apiUrl }: Stack, { port, auth }: StartOptions): string {
  const token = auth === 'entra' ? `-H "Authorization: Bearer $(npm run --silent token -- --port ${port})" ` : '';
  return `curl ${token}${apiUrl}/users/alice@contoso.com/mfa-state`;
}

function keptText({ data }: StartOptions): string {
  if (data === undefined) return '\nNothing is kept when it stops; --data DIR keeps tables and the directory.';
  return `\n${data} keeps tables and the directory. Messages in Service Bus are not kept: let operations end before you stop.`;
}
