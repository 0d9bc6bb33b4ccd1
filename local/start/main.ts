import { setTimeout as delay } from 'node:timers/promises';
import { apiClient } from '../apiClient.ts';
import { graphControl } from '../graph/control.ts';
import { UsageError } from '../options.ts';
import { runSweep } from '../runSweep.ts';
import { type Stack, startStack } from '../stack.ts';
import { checkDataFolder } from './dataFolder.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { refusePortInUse } from './refusePortInUse.ts';
import { Supervisor } from './supervise.ts';
import { welcome } from './welcome.ts';

/** The end of a part is noticed up to this much later than the first error of a part that uses it. */
const END_IS_KNOWN_MS = 5_000;

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await start(options);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof UsageError ? message : `The service did not start: ${message}`);
  process.exit(1);
}

async function start(options: StartOptions): Promise<void> {
  const { users, seed, port, data, auth, verbose } = options;
  await refusePortInUse(port);
  if (data !== undefined) checkDataFolder(data, { users, seed });
  const startedAt = performance.now();
  console.log(`Starting the service, with a directory of ${users} ${users === 1 ? 'user' : 'users'}.`);
  const starting = startStack({
    users,
    seed,
    port,
    auth,
    ...(data === undefined ? {} : { dataDirectory: data }),
    ...(verbose ? { onLine: (part: string, line: string) => console.error(`[${part}] ${line}`) } : {}),
  });
  const supervisor = new Supervisor(starting, { keepsTables: data !== undefined });
  const stack = await starting;
  try {
    await sweepOnce(stack, options);
  } catch (error) {
    await delay(END_IS_KNOWN_MS);
    if (!supervisor.stopping) throw error;
  }
  if (!supervisor.stopping) console.log(welcome(stack, options, (performance.now() - startedAt) / 1000));
}

/** Lets the service look at every user once, so that lists and sums of users have something to show. */
async function sweepOnce({ apiUrl, hostUrl, graphUrl }: Stack, { auth }: StartOptions): Promise<void> {
  const token = auth === 'entra' ? await graphControl(graphUrl).token({ roles: ['MfaState.Read'] }) : undefined;
  await runSweep({ api: apiClient(apiUrl, token), hostUrl }, () => performance.now());
}
