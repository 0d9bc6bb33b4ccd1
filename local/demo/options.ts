import { isMfaState, MFA_STATES, type MfaState } from '../graph/directory/mfaState.ts';
import { parseOptions, SEED_MAX, USERS_MAX, UsageError, wholeNumber } from '../options.ts';
import { MIN_USERS } from './list.ts';

export interface DemoOptions {
  /** Users in the simulated directory. */
  readonly users: number;
  readonly seed: number;
  readonly state: MfaState;
  /** A file of the user's own, or a drawn list with this many references. */
  readonly list: { readonly file: string } | { readonly size: number };
  /** Whether the service enforces users who are enabled and registered. */
  readonly promote: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const HELP = `npm run demo -- [--csv [FILE]] [--users N] [--seed S] [--state STATE] [--promote] [--json]

Starts the whole service on this machine, sends it a list of users as CSV, follows the change until every user has an
outcome, lets some of the enabled users register and runs the registration sweep, compares outcomes, audit record and
directory, shows the result, and stops everything.

  --csv FILE     run your own list: a CSV file that names users: with a column user, userPrincipalName or id
  --csv          run a drawn list of half the directory; without --csv it has 500 users
  --users N      users in the simulated directory (2000)
  --seed S       another directory, and another list, for another seed (1)
  --state STATE  the state to set: disabled, enabled or enforced (enabled)
  --promote      let the service enforce who is enabled and has registered, where Entra does not
  --json         print one line of JSON and nothing else to stdout; progress goes to stderr
  --help         this text

The exit code is 0 when everything agrees, and 1 otherwise.`;

const DEFAULT_LIST_SIZE = 500;
/**
 * Reads the arguments of the command.
 * @throws UsageError that names the argument
 */
export function readOptions(args: readonly string[]): DemoOptions {
  const values = parse(args.map((arg, index) => (isBareCsv(arg, args[index + 1]) ? '--csv=' : arg)));
  const users = wholeNumber('--users', values.users, MIN_USERS, USERS_MAX);
  const seed = wholeNumber('--seed', values.seed, 0, SEED_MAX);
  const { state } = values;
  if (!isMfaState(state)) throw new UsageError(`--state must be one of ${MFA_STATES.join(', ')}.`);
  const half = Math.floor(users / 2);
  return {
    users,
    seed,
    state,
    list: values.csv ? { file: values.csv } : { size: values.csv === '' ? half : Math.min(DEFAULT_LIST_SIZE, half) },
    promote: values.promote,
    json: values.json,
    help: values.help,
  };
}

/** `--csv` may stand without a file, which the parser does not know of. */
function isBareCsv(arg: string, next: string | undefined): boolean {
  return arg === '--csv' && (next === undefined || next.startsWith('--'));
}

function parse(args: string[]) {
  return parseOptions({
    args,
    options: {
      csv: { type: 'string' },
      users: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      state: { type: 'string', default: 'enabled' },
      promote: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}
