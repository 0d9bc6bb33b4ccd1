import { PORT_MAX, parseOptions, SEED_MAX, USERS_MAX, UsageError, wholeNumber } from '../options.ts';

export interface StartOptions {
  /** Users in the simulated directory. */
  readonly users: number;
  readonly seed: number;
  readonly port: number;
  /** Keeps the tables and the directory in this folder; in memory when missing. */
  readonly data: string | undefined;
  readonly auth: 'development' | 'entra';
  readonly verbose: boolean;
  readonly help: boolean;
}

export const HELP = `npm start -- [--users N] [--seed S] [--port P] [--data DIR] [--auth KIND] [--verbose]

Runs the service with everything it needs on this machine, until Ctrl-C.

  --users N    users in the simulated directory (2000)
  --seed S     another directory for another seed (1)
  --port P     port of the API (7071)
  --data DIR   keep the tables and the directory in a folder; in memory without it.
               Messages in Service Bus are not kept: let operations finish first
  --auth KIND  development: no token is needed on this machine (default)
               entra: access tokens are verified as in Azure; the simulator issues them,
               and "npm run --silent token -- --help" says how to get one
  --verbose    show the log of every part, and the connection strings`;

/**
 * Reads the arguments of the command.
 * @throws UsageError that names the argument
 */
export function readOptions(args: readonly string[]): StartOptions {
  const { users, seed, port, data, auth, verbose, help } = parseOptions({
    args: [...args],
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
  if (auth !== 'development' && auth !== 'entra')
    throw new UsageError(`--auth must be development or entra, not '${auth}'.`);
  return {
    users: wholeNumber('--users', users, 1, USERS_MAX),
    seed: wholeNumber('--seed', seed, 0, SEED_MAX),
    port: wholeNumber('--port', port, 1, PORT_MAX),
    data,
    auth,
    verbose,
    help,
  };
}
